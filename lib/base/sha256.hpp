#pragma once

#include <string>
#include <string_view>

namespace tinystacks {

/// The SHA-256 of `bytes` as 64 lower-case hexadecimal digits. Source: FIPS 180-4; computed by OpenSSL.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

}  // namespace tinystacks
