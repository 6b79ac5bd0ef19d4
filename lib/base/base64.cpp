#include "base/base64.hpp"

#include <cstdint>

namespace tinystacks {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::string to_base64(std::string_view bytes)
{
    std::string text;
    std::uint32_t bits = 0;
    unsigned held = 0;
    for (const unsigned char byte : bytes) {
        bits = (bits << 8U) | byte;
        for (held += 8; held >= 6; held -= 6) {
            text += alphabet[(bits >> (held - 6)) & 0x3FU];
        }
    }
    if (held > 0) {
        text += alphabet[(bits << (6 - held)) & 0x3FU];
    }
    text.append((4 - text.size() % 4) % 4, '=');
    return text;
}

std::optional<std::string> find_base64(std::string_view text)
{
    while (text.ends_with('=')) {
        text.remove_suffix(1);
    }
    std::string bytes;
    std::uint32_t bits = 0;
    unsigned held = 0;
    for (const char c : text) {
        const auto value = alphabet.find(c);
        if (value == std::string_view::npos) {
            return std::nullopt;
        }
        bits = (bits << 6U) | static_cast<std::uint32_t>(value);
        held += 6;
        if (held >= 8) {
            held -= 8;
            bytes += static_cast<char>((bits >> held) & 0xFFU);
        }
    }
    return bytes;
}

}  // namespace tinystacks
