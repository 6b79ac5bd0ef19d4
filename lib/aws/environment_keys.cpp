#include "aws/environment_keys.hpp"

#include "aws/detail/environment.hpp"
#include "base/error.hpp"

namespace tinystacks::aws {
namespace {

using detail::value_of;

void require(const std::string& value, const char* missing, const char* other)
{
    if (value.empty()) {
        throw Error(ErrorKind::unauthenticated, "the environment has {} but no {}", other, missing)
            .with_hint(fmt::format("export {}=…, or unset {}", missing, other));
    }
}

}  // namespace

EnvironmentKeys::EnvironmentKeys(const std::map<std::string, std::string>& environment)
{
    for (const auto* name : {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SECURITY_TOKEN", "AWS_SESSION_TOKEN",
                             "AWS_CREDENTIAL_EXPIRATION"}) {
        environment_[name] = value_of(environment, name);
    }
}

bool EnvironmentKeys::are_set(const std::map<std::string, std::string>& environment)
{
    return !value_of(environment, "AWS_ACCESS_KEY_ID").empty() ||
           !value_of(environment, "AWS_SECRET_ACCESS_KEY").empty();
}

Credentials EnvironmentKeys::get(const Interruption&)
{
    const auto& secret = environment_.at("AWS_SECRET_ACCESS_KEY");
    Credentials keys;
    keys.access_key_id = environment_.at("AWS_ACCESS_KEY_ID");
    require(keys.access_key_id, "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY");
    require(secret, "AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID");
    keys.secret_access_key = Secret(secret);
    const auto& old_token = environment_.at("AWS_SECURITY_TOKEN");
    keys.session_token = Secret(old_token.empty() ? environment_.at("AWS_SESSION_TOKEN") : old_token);
    keys.expires_at = find_rfc3339(environment_.at("AWS_CREDENTIAL_EXPIRATION"));
    keys.source = "environment";
    return keys;
}

}  // namespace tinystacks::aws
