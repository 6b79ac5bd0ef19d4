#pragma once

#include "aws/client.hpp"
#include "base/secret.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace tinystacks::aws {

/// AWS Secrets Manager (read only). `secret` is a name or an ARN. Throws as Client::send_json(); a missing secret is
/// Refusal{not_found}.
class SecretsManager {
public:
    explicit SecretsManager(Client& client) : client_(client) {}

    /// Its current value: text, or the bytes of a binary one.
    [[nodiscard]] Secret get_secret_value(const std::string& secret, const Interruption& interruption = {});
    /// {"ARN","Name","KmsKeyId","DeletedDate" (or absent),"VersionIdsToStages":{…},…}, without the value.
    [[nodiscard]] nlohmann::json describe_secret(const std::string& secret, const Interruption& interruption = {});

private:
    Client& client_;
};

}  // namespace tinystacks::aws
