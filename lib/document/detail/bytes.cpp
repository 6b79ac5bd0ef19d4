#include "document/detail/bytes.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <utility>

namespace tinystacks::document {

void refuse(const Position& where, std::string_view rule, std::string message, std::string hint)
{
    throw Error::invalid(
        {{Severity::error, where, fmt::format("document.{}", rule), std::move(message), std::move(hint)}});
}

std::string_view without_mark(std::string_view text)
{
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    return text.starts_with(byte_order_mark) ? text.substr(byte_order_mark.size()) : text;
}

Position position_of_byte(std::string_view text, std::size_t at, const std::string& file)
{
    const auto before = text.substr(0, at);
    const auto line_start = before.rfind('\n');
    return {file, static_cast<std::size_t>(std::ranges::count(before, '\n')) + 1,
            at - (line_start == std::string_view::npos ? 0 : line_start + 1) + 1};
}

void check_bytes(std::string_view text, const std::string& file, const Limits& limits)
{
    if (text.size() > limits.bytes) {
        refuse({file}, "too_large", fmt::format("larger than {} bytes", limits.bytes));
    }
    if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
        refuse({file, 1, 1}, "not_utf8", "the file is UTF-16, not UTF-8",
               fmt::format("iconv -f UTF-16 -t UTF-8 {0} > {0}.new", shell_quote(file)));
    }
    if (const auto at = text.find('\0'); at != std::string_view::npos) {
        refuse(position_of_byte(text, at, file), "nul", "the file holds a NUL character");
    }
    if (!is_utf8(text)) {
        auto line = std::size_t{0};
        for (const auto part : split(text, '\n')) {
            ++line;
            if (!is_utf8(part)) {
                refuse({file, line, 1}, "not_utf8", "this line is not UTF-8");
            }
        }
    }
}

std::vector<std::string> lines_of(std::string_view text)
{
    std::vector<std::string> lines;
    for (auto line : split(text, '\n')) {
        if (line.ends_with('\r')) {
            line.remove_suffix(1);
        }
        lines.emplace_back(line);
    }
    return lines;
}

}  // namespace tinystacks::document
