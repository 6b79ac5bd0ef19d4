#include "registry/registry.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <charconv>

namespace tinystacks::registry {
namespace {

constexpr std::size_t name_limit = 255;

bool is_lower_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/// One part of a name: lower-case letters and digits, joined by one '.', one or two '_', or any number of '-'.
bool is_component(std::string_view text)
{
    if (text.empty() || !is_lower_or_digit(text.front()) || !is_lower_or_digit(text.back())) {
        return false;
    }
    for (std::size_t i = 0; i < text.size();) {
        if (is_lower_or_digit(text[i])) {
            ++i;
            continue;
        }
        const auto end = std::min(text.find_first_not_of(text[i], i), text.size());
        const auto length = end - i;
        const bool joins = text[i] == '-' || (text[i] == '_' && length <= 2) || (text[i] == '.' && length == 1);
        if (!joins || !is_lower_or_digit(text[end])) {
            return false;
        }
        i = end;
    }
    return true;
}

bool is_port(std::string_view text)
{
    int port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    return error == std::errc() && end == text.data() + text.size() && port > 0 && port <= 65535;
}

bool is_host_label(std::string_view label)
{
    return !label.empty() && label.front() != '-' && label.back() != '-' &&
           std::ranges::all_of(label, [](char c) { return is_lower_or_digit(c) || c == '-'; });
}

bool is_host(std::string_view text)
{
    auto name = text;
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        const auto address = text.substr(1, end == std::string_view::npos ? 0 : end - 1);
        const auto rest = end == std::string_view::npos ? "?" : text.substr(end + 1);
        return !address.empty() && address.find_first_not_of("0123456789abcdef:.") == std::string_view::npos &&
               (rest.empty() || (rest.front() == ':' && is_port(rest.substr(1))));
    }
    if (const auto colon = text.find(':'); colon != std::string_view::npos) {
        name = text.substr(0, colon);
        if (!is_port(text.substr(colon + 1))) {
            return false;
        }
    }
    return std::ranges::all_of(split(name, '.'), is_host_label);
}

[[noreturn]] void refuse(std::string_view text, std::string_view why)
{
    throw Error(ErrorKind::invalid_input, "'{}' is no image repository: {}", printable(text), why)
        .with_hint("write it as HOST/NAME, such as 127.0.0.1:5128/web or docker.io/library/web");
}

}  // namespace

Repository Repository::parse(std::string_view text)
{
    if (text.find("://") != std::string_view::npos) {
        refuse(text, "it starts with a scheme");
    }
    const auto slash = text.find('/');
    const auto host = text.substr(0, slash);
    const bool names_host = host.find_first_of(".:") != std::string_view::npos || host == "localhost";
    if (slash == std::string_view::npos || !names_host) {
        refuse(text, "it names no registry");
    }
    const auto name = text.substr(slash + 1);
    if (name.find('@') != std::string_view::npos) {
        refuse(text, "it ends with a digest");
    }
    if (name.find(':') != std::string_view::npos) {
        refuse(text, "it ends with a tag");
    }
    if (std::ranges::any_of(text, [](char c) { return c >= 'A' && c <= 'Z'; })) {
        refuse(text, "upper-case letters are not allowed");
    }
    if (!is_host(host)) {
        refuse(text, fmt::format("'{}' is no host", printable(host)));
    }
    if (name.size() > name_limit || !std::ranges::all_of(split(name, '/'), is_component)) {
        refuse(text,
               "a name has lower-case letters and digits, joined by '.', '_', '-' and '/', and at most 255 of them");
    }
    return {std::string(host), std::string(name)};
}

bool is_digest(std::string_view text)
{
    constexpr std::string_view prefix = "sha256:";
    return text.size() == prefix.size() + 64 && text.starts_with(prefix) &&
           text.find_first_not_of("0123456789abcdef", prefix.size()) == std::string_view::npos;
}

bool is_tag(std::string_view text)
{
    const auto is_word = [](char c) { return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z') || c == '_'; };
    return !text.empty() && text.size() <= 128 && is_word(text.front()) &&
           std::ranges::all_of(text, [&](char c) { return is_word(c) || c == '.' || c == '-'; });
}

}  // namespace tinystacks::registry
