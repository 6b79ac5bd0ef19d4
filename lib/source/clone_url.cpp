#include "base/text.hpp"
#include "source/name.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace tinystacks::source {
namespace {

constexpr std::size_t longest = 1024;
constexpr std::string_view forms = "it must start with https:// or ssh://, or be USER@HOST:PATH";

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool is_alphanumeric(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_word(std::string_view text, std::string_view punctuation)
{
    return !text.empty() && std::ranges::all_of(text, [&](char c) {
        return is_alphanumeric(c) || punctuation.find(c) != std::string_view::npos;
    });
}

/// The parts of a clone URL.
struct Parts {
    bool is_ssh = false;
    std::string_view user;
    std::string_view host;
    std::string_view port;
    std::string_view path;  ///< without the '/' or ':' in front
};

using Refusal = std::optional<std::string>;

/// What no URL may hold, wherever it stands.
Refusal find_bad_character(std::string_view url)
{
    if (std::ranges::any_of(url, [](unsigned char c) { return c >= 0x80; })) {
        return "its characters must be ASCII: others look like letters that they are not";
    }
    const auto lower = to_lower(url);
    const auto is_control = [](unsigned char c) { return c <= ' ' || c == 0x7F; };
    for (std::size_t at = 0; at < lower.size(); ++at) {
        const bool is_escaped_control =
            lower[at] == '%' && at + 2 < lower.size() &&
            (lower[at + 1] == '0' || lower[at + 1] == '1' || lower.compare(at, 3, "%7f") == 0);
        if (is_control(static_cast<unsigned char>(lower[at])) || is_escaped_control) {
            return "it holds a blank or a control character";
        }
    }
    return std::nullopt;
}

/// Hosts that only mean something inside one network. Source: RFC 6761, RFC 6762; the metadata services of the clouds.
bool is_inner_name(std::string_view host)
{
    constexpr std::array<std::string_view, 3> suffixes = {".localhost", ".internal", ".local"};
    return host.find('.') == std::string_view::npos ||
           std::ranges::any_of(suffixes, [&](auto suffix) { return host.ends_with(suffix); });
}

/// Whether a resolver would read `host` as an IPv4 address: `127.1`, `0x7f.0.0.1`. Source: URL Standard, "ends in a
/// number checker".
bool ends_in_a_number(std::string_view host)
{
    const auto last = split(host, '.').back();
    return std::ranges::all_of(last, is_digit) || last.starts_with("0x");
}

Refusal find_host_refusal(std::string_view host, const std::vector<std::string>& hosts)
{
    if (host.starts_with('[') || (!host.empty() && ends_in_a_number(host))) {
        return "its host must be a name, not an address";
    }
    const bool labels_fit = std::ranges::all_of(split(host, '.'), [](std::string_view label) {
        return label.size() <= 63 && is_word(label, "-") && !label.starts_with('-') && label == to_lower(label);
    });
    if (!labels_fit) {
        return "its host must be a name of a-z, 0-9, '.' and '-'";
    }
    if (std::ranges::find(hosts, host) != hosts.end()) {
        return std::nullopt;
    }
    if (is_inner_name(host)) {
        return fmt::format("its host '{}' is an address of an inner network", host);
    }
    return hosts.empty() ? std::nullopt
                         : Refusal(fmt::format("its host '{}' is not in the list of allowed hosts", host));
}

Refusal find_path_refusal(std::string_view path)
{
    if (path.find('#') != std::string_view::npos || path.find('?') != std::string_view::npos) {
        return "it must have no query and no fragment";
    }
    for (const auto segment : split(path, '/')) {
        if (segment.empty() || segment == "." || segment == "..") {
            return "its path must have no empty part, no '.' and no '..'";
        }
        if (!is_word(segment, "-_.")) {
            return "the characters of its path are letters, digits, '-', '_' and '.'";
        }
    }
    return std::nullopt;
}

/// What stands between `://` and the path.
void read_authority(std::string_view authority, Parts& parts)
{
    if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
        parts.user = authority.substr(0, at);
        authority.remove_prefix(at + 1);
    }
    const auto bracket = authority.rfind(']');
    const auto colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
    parts.host = authority.substr(0, colon);
    parts.port = colon == std::string_view::npos ? std::string_view() : authority.substr(colon + 1);
}

/// Empty with `refusal` set when `url` has none of the three forms.
std::optional<Parts> find_parts(std::string_view url, std::string& refusal)
{
    Parts parts;
    const auto scheme_end = url.find("://");
    if (scheme_end == std::string_view::npos) {
        const auto at = url.find('@');
        const auto colon = url.find(':');
        if (url.find("::") != std::string_view::npos) {
            refusal = fmt::format("its scheme is not allowed: {}", forms);
            return std::nullopt;
        }
        if (at == std::string_view::npos || colon == std::string_view::npos || colon < at) {
            refusal = forms;
            return std::nullopt;
        }
        parts = {true, url.substr(0, at), url.substr(at + 1, colon - at - 1), {}, url.substr(colon + 1)};
        return parts;
    }
    const auto scheme = url.substr(0, scheme_end);
    if (scheme != "https" && scheme != "ssh") {
        refusal = scheme == "http" ? std::string("it must be https, not http")
                                   : fmt::format("its scheme is not allowed: {}", forms);
        return std::nullopt;
    }
    const auto rest = url.substr(scheme_end + 3);
    const auto slash = rest.find('/');
    parts.is_ssh = scheme == "ssh";
    read_authority(rest.substr(0, slash), parts);
    parts.path = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
    return parts;
}

Refusal find_user_refusal(const Parts& parts)
{
    if (parts.user.empty()) {
        return std::nullopt;
    }
    if (!parts.is_ssh || parts.user.find(':') != std::string_view::npos) {
        return "it must hold no user, password or token: connect to the provider instead";
    }
    return is_word(parts.user, "-_.") && is_alphanumeric(parts.user.front())
               ? std::nullopt
               : Refusal("its user must be letters, digits, '-', '_' and '.'");
}

}  // namespace

std::optional<std::string> find_clone_url_refusal(std::string_view url, const std::vector<std::string>& hosts,
                                                  const std::vector<std::string>& origins)
{
    if (url.empty()) {
        return "it is empty";
    }
    if (url.size() > longest) {
        return fmt::format("it is longer than {} characters", longest);
    }
    const auto named = std::ranges::find_if(origins, [&](const std::string& origin) {
        return url.starts_with(origin) && url.substr(origin.size()).starts_with('/');
    });
    if (named != origins.end()) {
        const auto character = find_bad_character(url);
        return character ? character : find_path_refusal(url.substr(named->size() + 1));
    }
    std::string refusal;
    const auto parts = find_parts(url, refusal);
    if (!parts) {
        return refusal;
    }
    if (auto character = find_bad_character(url)) {
        return character;
    }
    if (auto user = find_user_refusal(*parts)) {
        return user;
    }
    if (auto host = find_host_refusal(parts->host, hosts)) {
        return host;
    }
    if (!parts->port.empty() && parts->port != (parts->is_ssh ? "22" : "443")) {
        return fmt::format("its port must be {}, or left out", parts->is_ssh ? "22" : "443");
    }
    return find_path_refusal(parts->path);
}

}  // namespace tinystacks::source
