#pragma once

#include "aws/client.hpp"
#include "base/secret.hpp"

#include <string>
#include <vector>

namespace tinystacks::aws {

/// The parameters of AWS Systems Manager (read only). A parameter is named by its name or its ARN. Throws as
/// Client::send_json().
class Ssm {
public:
    explicit Ssm(Client& client) : client_(client) {}

    /// Those of `names` that are no parameters here, in no order. No value is decrypted or kept.
    [[nodiscard]] std::vector<std::string> find_missing(const std::vector<std::string>& names,
                                                        const Interruption& interruption = {});
    /// Its value in clear. Throws Refusal{not_found}.
    [[nodiscard]] Secret get_parameter(const std::string& name, const Interruption& interruption = {});

private:
    Client& client_;
};

}  // namespace tinystacks::aws
