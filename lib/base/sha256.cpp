#include "base/sha256.hpp"

#include "base/error.hpp"
#include "base/file.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <vector>

namespace tinystacks {
namespace {

constexpr std::size_t block_size = 64 << 10;

std::string_view as_text(const unsigned char* bytes, std::size_t size)
{
    return {reinterpret_cast<const char*>(bytes), size};
}

const unsigned char* as_bytes(std::string_view text)
{
    return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

std::string sha256_hex(std::string_view bytes)
{
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
    ::SHA256(as_bytes(bytes), bytes.size(), digest.data());
    return to_hex(as_text(digest.data(), digest.size()));
}

std::string sha256_hex_of_file(const std::filesystem::path& path)
{
    const auto file = open_file(path, O_RDONLY);
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> state(::EVP_MD_CTX_new(), ::EVP_MD_CTX_free);
    if (!state || ::EVP_DigestInit_ex(state.get(), ::EVP_sha256(), nullptr) != 1) {
        throw Error(ErrorKind::failed, "OpenSSL has no SHA-256");
    }
    std::vector<unsigned char> block(block_size);
    while (true) {
        const auto got = ::read(file.number(), block.data(), block.size());
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            throw Error(ErrorKind::failed, "read '{}': {}", path.string(), errno_text(errno));
        }
        if (got == 0) {
            break;
        }
        (void)::EVP_DigestUpdate(state.get(), block.data(), static_cast<std::size_t>(got));
    }
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
    (void)::EVP_DigestFinal_ex(state.get(), digest.data(), nullptr);
    return to_hex(as_text(digest.data(), digest.size()));
}

std::string hmac_sha256(std::string_view key, std::string_view bytes)
{
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
    if (::HMAC(::EVP_sha256(), key.data(), static_cast<int>(key.size()), as_bytes(bytes), bytes.size(), digest.data(),
               nullptr) == nullptr) {
        throw Error(ErrorKind::failed, "OpenSSL has no HMAC-SHA-256");
    }
    return std::string(as_text(digest.data(), digest.size()));
}

std::string to_hex(std::string_view bytes)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(2 * bytes.size());
    for (const unsigned char byte : bytes) {
        text += digits[byte >> 4U];
        text += digits[byte & 0xFU];
    }
    return text;
}

}  // namespace tinystacks
