#include "aws/chain.hpp"

#include "aws/detail/environment.hpp"
#include "aws/detail/profile_source.hpp"
#include "aws/environment_keys.hpp"
#include "aws/metadata_keys.hpp"
#include "aws/profile.hpp"
#include "aws/renewing.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <utility>

namespace tinystacks::aws {
namespace {

/// Decides at the first get() which source it is, and asks that one ever after.
class Chain final : public CredentialSource {
public:
    explicit Chain(ChainParts parts) : parts_(std::move(parts)) {}

    Credentials get(const Interruption& interruption) override
    {
        if (!source_) {
            source_ = find_configured();
        }
        if (source_) {
            return source_->get(interruption);
        }
        return ask_instance(interruption);
    }

    /// The next get() reads the files again: somebody may have signed in meanwhile.
    void forget() override { source_.reset(); }

private:
    /// The source somebody configured; empty when only the instance is left.
    std::unique_ptr<CredentialSource> find_configured()
    {
        const auto& environment = parts_.world.environment;
        const auto profiles = load_profiles(environment);  // first: a profile that does not exist is always an error
        profile_ = profiles.chosen;
        if (parts_.profile == ProfileChoice::environment && EnvironmentKeys::are_set(environment)) {
            return std::make_unique<EnvironmentKeys>(environment);
        }
        const auto use_environment = parts_.profile == ProfileChoice::environment
                                         ? detail::WebIdentity::environment_first
                                         : detail::WebIdentity::profile_only;
        if (auto source = detail::find_profile_source(parts_, profiles, profiles.chosen, use_environment)) {
            return source;
        }
        if (ContainerKeys::is_configured(environment)) {
            return std::make_unique<ContainerKeys>(parts_.world.transport, environment, parts_.world.patience);
        }
        return nullptr;
    }

    Credentials ask_instance(const Interruption& interruption)
    {
        const auto& environment = parts_.world.environment;
        std::string why = "instance metadata: AWS_EC2_METADATA_DISABLED is true";
        if (!InstanceKeys::is_disabled(environment)) {
            try {
                InstanceKeys instance(parts_.world.transport, environment);
                return instance.get(interruption);
            } catch (const Error& error) {
                if (error.kind() == ErrorKind::not_allowed) {
                    throw;
                }
                why = error.message();
            }
        }
        throw Error(ErrorKind::unauthenticated,
                    "no AWS credentials: AWS_ACCESS_KEY_ID is not set, profile '{}' has none, no container endpoint is "
                    "set, {}",
                    printable(profile_), why)
            .with_hint("aws configure, or export AWS_PROFILE=NAME");
    }

    ChainParts parts_;
    std::string profile_;
    std::unique_ptr<CredentialSource> source_;
};

}  // namespace

std::unique_ptr<CredentialSource> make_chain(ChainParts parts)
{
    auto clock = parts.world.clock;
    return std::make_unique<Renewing>(std::make_unique<Chain>(std::move(parts)), std::move(clock));
}

}  // namespace tinystacks::aws
