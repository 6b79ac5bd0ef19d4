#include "base/text.hpp"

#include "base/detail/code_point.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <numeric>

namespace tinystacks {
namespace {

std::size_t edit_distance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        auto diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const auto above = row[j];
            row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
            diagonal = above;
        }
    }
    return row[b.size()];
}

}  // namespace

std::string_view trim(std::string_view text)
{
    constexpr std::string_view blanks = " \t\r\n\v\f";
    const auto begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos) {
        return {};
    }
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator)
{
    std::vector<std::string_view> parts;
    while (true) {
        const auto end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) {
            return parts;
        }
        text.remove_prefix(end + 1);
    }
}

std::string join(const std::vector<std::string>& parts, std::string_view separator)
{
    std::string text;
    for (const auto& part : parts) {
        if (!text.empty()) {
            text += separator;
        }
        text += part;
    }
    return text;
}

std::string to_lower(std::string_view text)
{
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return lower;
}

std::string to_upper(std::string_view text)
{
    std::string upper(text);
    std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return upper;
}

std::optional<std::string> find_nearest(std::string_view word, const std::vector<std::string>& known)
{
    std::optional<std::string> nearest;
    auto best = std::max<std::size_t>(1, word.size() / 3) + 1;
    for (const auto& candidate : known) {
        const auto distance = edit_distance(to_lower(word), to_lower(candidate));
        if (distance < best) {
            best = distance;
            nearest = candidate;
        }
    }
    return nearest;
}

std::string suggest(std::string_view word, const std::vector<std::string>& known)
{
    if (const auto nearest = find_nearest(word, known)) {
        return fmt::format("'{}'", *nearest);
    }
    return known.empty() ? std::string() : fmt::format("one of {}", join(known, ", "));
}

bool is_variable_name(std::string_view name)
{
    const auto is_letter = [](char c) { return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    return !name.empty() && is_letter(name.front()) &&
           std::ranges::all_of(name, [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

bool is_utf8(std::string_view text)
{
    while (!text.empty()) {
        const auto point = first_code_point(text);
        if (point.length == 0) {
            return false;
        }
        text.remove_prefix(point.length);
    }
    return true;
}

std::string to_utf8(std::string_view text)
{
    std::string clean;
    clean.reserve(text.size());
    while (!text.empty()) {
        const auto point = first_code_point(text);
        if (point.length == 0) {
            clean += "\xEF\xBF\xBD";
            text.remove_prefix(1);
        } else {
            clean += text.substr(0, point.length);
            text.remove_prefix(point.length);
        }
    }
    return clean;
}

std::string shell_quote(std::string_view text)
{
    constexpr std::string_view safe = "%+,-./:=@_";
    const auto is_safe = [&](unsigned char c) {
        return std::isalnum(c) != 0 || safe.find(static_cast<char>(c)) != std::string_view::npos;
    };
    if (!text.empty() && std::ranges::all_of(text, is_safe)) {
        return std::string(text);
    }
    return shell_quote_always(text);
}

std::string shell_quote_always(std::string_view text)
{
    std::string quoted = "'";
    for (const auto c : text) {
        if (c == '\'') {
            quoted += "'\\''";
        } else {
            quoted += c;
        }
    }
    return quoted + "'";
}

std::string printable(std::string_view text)
{
    std::string clean;
    clean.reserve(text.size());
    while (!text.empty()) {
        const auto point = first_code_point(text);
        const auto byte = static_cast<unsigned char>(text.front());
        if (point.length == 0) {
            clean += fmt::format("\\x{:02x}", byte);
        } else if (point.value == '\n' || point.value == '\t') {
            clean += static_cast<char>(byte);
        } else if (point.value < 0x20 || point.value == 0x7F) {
            clean += fmt::format("\\x{:02x}", byte);
        } else if ((point.value >= 0x80 && point.value < 0xA0) || is_deceptive(point.value)) {
            clean += fmt::format("\\u{:04x}", point.value);
        } else {
            clean += text.substr(0, point.length);
        }
        text.remove_prefix(std::max<std::size_t>(1, point.length));
    }
    return clean;
}

std::string printable_line(std::string_view text)
{
    std::string line;
    for (const auto c : printable(text)) {
        line += c == '\n' ? std::string_view("\\n") : std::string_view(&c, 1);
    }
    return line;
}

bool names_a_secret(std::string_view name)
{
    static constexpr std::array endings = {
        "PASSWORD",    "PASSWD",  "PASSPHRASE",  "SECRET",       "SECRETS",    "TOKEN",
        "PRIVATE_KEY", "SSH_KEY", "ACCESS_KEY",  "AUTH_KEY",     "SECRET_KEY", "CONNECTION_STRING",
        "API_KEY",     "APIKEY",  "CREDENTIALS", "DATABASE_URL",
    };
    const auto upper = to_upper(name);
    if (upper.ends_with("PASSWORD")) {
        return true;  // PGPASSWORD
    }
    return std::ranges::any_of(endings, [&](std::string_view ending) {
        return upper == ending || (upper.ends_with(ending) && upper[upper.size() - ending.size() - 1] == '_');
    });
}

std::optional<std::string_view> find_credential_kind(std::string_view text)
{
    const auto is_upper_digit = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto rest = text.substr(at);
        if ((rest.starts_with("AKIA") || rest.starts_with("ASIA")) && rest.size() >= 20 &&
            std::ranges::all_of(rest.substr(4, 16), is_upper_digit) &&
            (at == 0 || std::isalnum(static_cast<unsigned char>(text[at - 1])) == 0)) {
            return "AWS access key";
        }
        if (rest.starts_with("github_pat_") && rest.size() >= 30) {
            return "GitHub token";
        }
        if (rest.size() >= 30 && rest.starts_with("gh") &&
            std::string_view("pousr").find(rest[2]) != std::string_view::npos && rest[3] == '_') {
            return "GitHub token";
        }
        if (rest.starts_with("glpat-") && rest.size() >= 20) {
            return "GitLab token";
        }
        if (rest.starts_with("-----BEGIN") && rest.find("PRIVATE KEY-----") != std::string_view::npos) {
            return "private key";
        }
    }
    return std::nullopt;
}

}  // namespace tinystacks
