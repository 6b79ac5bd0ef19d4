#include "aws/session.hpp"

#include "aws/assume_role.hpp"
#include "aws/chain.hpp"

namespace tinystacks::aws {
namespace {

Client::World client_world(const Session::World& world)
{
    return {world.transport, world.environment, world.clock, http::real_patience()};
}

/// The keys of the place's role, else `own` itself.
std::unique_ptr<CredentialSource> keys_for(const Session::World& world, const Place& place,
                                           std::unique_ptr<CredentialSource>& own)
{
    if (place.role.empty()) {
        return std::move(own);
    }
    return std::make_unique<AssumedRole>(client_world(world), *own, place.region,
                                         Role{place.role, place.external_id, session_name(place.deployment)});
}

}  // namespace

Session::Session(const World& world, const Place& place)
    : launcher_(world.make_launcher()), own_(make_chain({client_world(world), *launcher_, place.region})),
      keys_(keys_for(world, place, own_)), client_(client_world(world), *keys_, place.region)
{}

Session::~Session() = default;

}  // namespace tinystacks::aws
