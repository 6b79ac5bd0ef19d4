#include "base/sha256.hpp"

#include <openssl/sha.h>

#include <fmt/core.h>

namespace tinystacks {

std::string sha256_hex(std::string_view bytes)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    ::SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
    std::string text;
    text.reserve(2 * sizeof digest);
    for (const auto byte : digest) {
        text += fmt::format("{:02x}", byte);
    }
    return text;
}

}  // namespace tinystacks
