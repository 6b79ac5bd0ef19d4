#pragma once

#include "aws/credentials.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace tinystacks::aws::detail {

/// Keys as credential processes ("SessionToken") and metadata endpoints ("Token") give them. Throws
/// Error{unauthenticated}, which quotes no value, when a key is missing or Expiration is no time.
[[nodiscard]] Credentials read_keys(const nlohmann::json& object, const char* token_name, const std::string& source);

}  // namespace tinystacks::aws::detail
