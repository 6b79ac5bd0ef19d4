#pragma once

#include "aws/client.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace tinystacks::aws {

/// AWS Lambda, as far as an update of a function needs it. `function` is a name or an ARN. Throws as Client::send().
class Lambda {
public:
    explicit Lambda(Client& client) : client_(client) {}

    /// {"Configuration":{…},"Code":{"ImageUri","ResolvedImageUri"},"Tags":{…}}
    [[nodiscard]] nlohmann::json get_function(const std::string& function, const Interruption& interruption = {});
    [[nodiscard]] nlohmann::json get_function_configuration(const std::string& function,
                                                            const Interruption& interruption = {});
    nlohmann::json update_function_code(const std::string& function, const std::string& image,
                                        const Interruption& interruption = {});
    /// Sets the environment to `variables`, name to value: those it does not name are gone.
    nlohmann::json update_function_configuration(const std::string& function, const nlohmann::json& variables,
                                                 const Interruption& interruption = {});
    /// {"FunctionUrl":…}. Throws Refusal{not_found} when it has none.
    [[nodiscard]] nlohmann::json get_function_url_config(const std::string& function,
                                                         const Interruption& interruption = {});
    /// Calls the function once, never again. {"StatusCode","FunctionError" (or absent),"ExecutedVersion","LogResult"
    /// (decoded text),"Payload" (text, at most 64 KiB)}. `timeout` should exceed the function's own.
    [[nodiscard]] nlohmann::json invoke(const std::string& function, const std::string& payload,
                                        std::chrono::milliseconds timeout, const Interruption& interruption = {});

private:
    Client& client_;
};

}  // namespace tinystacks::aws
