#pragma once

#include "aws/credentials.hpp"
#include "http/transport.hpp"

#include <string>

namespace tinystacks::aws::detail {

/// What an error answer says.
struct ErrorAnswer {
    int status = 0;
    std::string code;        ///< without namespace; empty when there is none
    std::string words;       ///< AWS's message: printable, at most 2,000 bytes, without the canonical request that a
                             ///< wrong signature is answered with (it repeats the session token)
    std::string request_id;  ///< empty when there is none
};

/// Reads an error answer in any form: JSON or XML by its looks, whatever its content type says; HTML or nothing gives
/// the status alone. `keys` are taken out wherever they are repeated.
[[nodiscard]] ErrorAnswer read_error(const http::Exchange& exchange, const Credentials& keys);

}  // namespace tinystacks::aws::detail
