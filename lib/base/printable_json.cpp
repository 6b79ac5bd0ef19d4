#include "base/printable_json.hpp"

#include "base/detail/code_point.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace tinystacks {

std::string printable_json(std::string json)
{
    const std::string_view text = json;
    std::string escaped;
    std::size_t taken = 0;  // of `text`, into `escaped`
    for (std::size_t at = 0; at < text.size();) {
        if (static_cast<unsigned char>(text[at]) < 0x7F) {
            ++at;
            continue;
        }
        const auto point = first_code_point(text.substr(at));
        const auto length = std::max<std::size_t>(1, point.length);
        if (point.length != 0 && (point.value < 0xA0 || is_deceptive(point.value))) {
            escaped.append(text, taken, at - taken).append(fmt::format("\\u{:04x}", point.value));
            taken = at + length;
        }
        at += length;
    }
    return taken == 0 ? std::move(json) : escaped.append(text, taken);
}

}  // namespace tinystacks
