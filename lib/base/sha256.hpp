#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace tinystacks {

/// The SHA-256 of `bytes` as 64 lower-case hexadecimal digits. Source: FIPS 180-4; computed by OpenSSL.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);
/// The same of a file, read in blocks. Throws as open_file(), and Error{failed} when it cannot be read to its end.
[[nodiscard]] std::string sha256_hex_of_file(const std::filesystem::path& path);

/// HMAC-SHA-256 as 32 raw bytes. Source: RFC 2104.
[[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view bytes);

/// Two lower-case hexadecimal digits a byte.
[[nodiscard]] std::string to_hex(std::string_view bytes);

}  // namespace tinystacks
