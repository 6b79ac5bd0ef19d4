#include "aws/session.hpp"

#include "aws/environment_keys.hpp"

namespace tinystacks::aws {

Session::Session(World world, const Place& place)
    : launcher_(world.make_launcher()), base_(std::make_unique<EnvironmentKeys>(world.environment)), keys_(base_.get()),
      client_({world.transport, world.environment, world.clock, http::real_patience()}, *keys_, place.region)
{}

}  // namespace tinystacks::aws
