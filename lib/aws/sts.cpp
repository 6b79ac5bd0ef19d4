#include "aws/sts.hpp"

#include "aws/detail/json.hpp"
#include "aws/detail/query.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <nlohmann/json.hpp>

namespace tinystacks::aws {
namespace {

constexpr const char* version = "2011-06-15";

std::string required(const nlohmann::json& object, const char* key, const std::string& operation)
{
    auto text = detail::text_of(object, {key});
    if (text.empty()) {
        throw Error(ErrorKind::failed, "{}: the answer has no {}", operation, key);
    }
    return text;
}

/// The fifth part of "arn:partition:service:region:account:…".
std::string account_of(const std::string& arn)
{
    const auto parts = split(arn, ':');
    return parts.size() < 6 ? std::string() : std::string(parts[4]);
}

Query parameters_of(const Role& role)
{
    return {{"RoleArn", role.arn},
            {"RoleSessionName", role.session_name},
            {"DurationSeconds", std::to_string(role.duration.count())}};
}

Credentials read_credentials(const nlohmann::json& result, const Role& role, const std::string& operation)
{
    const auto keys = result.value("Credentials", nlohmann::json::object());
    Credentials credentials;
    credentials.access_key_id = required(keys, "AccessKeyId", operation);
    credentials.secret_access_key = Secret(required(keys, "SecretAccessKey", operation));
    credentials.session_token = Secret(required(keys, "SessionToken", operation));
    credentials.expires_at = find_rfc3339(required(keys, "Expiration", operation));
    credentials.source = "role " + role.arn;
    if (!credentials.expires_at) {
        throw Error(ErrorKind::failed, "{}: the answer's Expiration is no time", operation);
    }
    const auto user = result.value("AssumedRoleUser", nlohmann::json::object());
    const auto account = account_of(required(user, "Arn", operation));
    if (account != account_of(role.arn)) {
        throw Error(ErrorKind::not_allowed, "{}: asked for {}, got keys of account '{}'", operation, role.arn,
                    printable(account));
    }
    return credentials;
}

}  // namespace

Caller Sts::get_caller_identity(const Interruption& interruption)
{
    const auto call = detail::query_call("sts", "GetCallerIdentity", version, {});
    const auto result = detail::send_query(client_, call, interruption);
    return {required(result, "Account", call.operation), required(result, "Arn", call.operation),
            detail::text_of(result, {"UserId"})};
}

Credentials Sts::assume_role(const Role& role, const Interruption& interruption)
{
    auto parameters = parameters_of(role);
    if (!role.external_id.empty()) {
        parameters.emplace_back("ExternalId", role.external_id);
    }
    const auto call = detail::query_call("sts", "AssumeRole", version, parameters);
    return read_credentials(detail::send_query(client_, call, interruption), role, call.operation);
}

Credentials Sts::assume_role_with_web_identity(const Role& role, const Secret& token, const Interruption& interruption)
{
    auto parameters = parameters_of(role);
    parameters.emplace_back("WebIdentityToken", token.reveal());
    const auto call = detail::query_call("sts", "AssumeRoleWithWebIdentity", version, parameters);
    return read_credentials(detail::send_query(client_, call, interruption), role, call.operation);
}

}  // namespace tinystacks::aws
