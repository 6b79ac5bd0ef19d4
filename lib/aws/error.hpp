#pragma once

#include "base/error.hpp"

#include <string>

namespace tinystacks::aws {

/// AWS's answer was an error. what() is "<Operation>: <message> (<Code>, request <id>)".
///
/// Its kind: unauthenticated for unknown, expired and malformed credentials and signatures; not_allowed for
/// AccessDenied and any other 403; not_found for what is missing; conflict for 409, 412 and Conflict codes; failed for
/// everything else.
class Refusal : public Error {
public:
    /// `message` and `request_id` are shown as they are: what may not be shown is taken out before.
    Refusal(std::string operation, int status, std::string code, std::string message, std::string request_id,
            std::string hint = {});

    [[nodiscard]] int status() const { return status_; }  ///< of HTTP
    /// Such as "ClusterNotFoundException", without namespace; empty when the answer gave none.
    [[nodiscard]] const std::string& code() const { return code_; }
    [[nodiscard]] const std::string& words() const { return words_; }  ///< AWS's own message
    [[nodiscard]] const std::string& request_id() const { return request_id_; }

private:
    int status_;
    std::string code_;
    std::string words_;
    std::string request_id_;
};

}  // namespace tinystacks::aws
