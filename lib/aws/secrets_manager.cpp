#include "aws/secrets_manager.hpp"

#include "aws/detail/json_call.hpp"
#include "base/base64.hpp"
#include "base/error.hpp"

#include <nlohmann/json.hpp>

namespace tinystacks::aws {
namespace {

using nlohmann::json;

constexpr detail::JsonService secrets_manager{"secretsmanager", "secretsmanager", "secretsmanager"};

}  // namespace

Secret SecretsManager::get_secret_value(const std::string& secret, const Interruption& interruption)
{
    const auto answer =
        detail::call_json(client_, secrets_manager, "GetSecretValue", {{"SecretId", secret}}, interruption);
    if (!answer.contains("SecretBinary")) {
        return Secret(detail::text_at(answer, json::json_pointer("/SecretString"), "GetSecretValue"));
    }
    auto bytes = find_base64(detail::text_at(answer, json::json_pointer("/SecretBinary"), "GetSecretValue"));
    if (!bytes) {
        throw Error(ErrorKind::failed, "GetSecretValue: the binary value is no base64");
    }
    return Secret(std::move(*bytes));
}

json SecretsManager::describe_secret(const std::string& secret, const Interruption& interruption)
{
    return detail::call_json(client_, secrets_manager, "DescribeSecret", {{"SecretId", secret}}, interruption);
}

}  // namespace tinystacks::aws
