#include "base/error.hpp"
#include "base/text.hpp"
#include "http/transport.hpp"
#include "http/url.hpp"
#include "provider/site.hpp"

#include <algorithm>
#include <vector>

namespace tinystacks::provider {
namespace {

constexpr std::size_t longest_url = 1024;

template <typename... Args>
[[noreturn]] void refuse(fmt::format_string<Args...> text, Args&&... args)
{
    throw Error(ErrorKind::usage, "the clone URL {}", fmt::format(text, std::forward<Args>(args)...))
        .with_hint("https://github.com/OWNER/NAME.git");
}

bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool is_control(char c)
{
    return static_cast<unsigned char>(c) < ' ' || c == 0x7F;
}

/// A clone URL in parts, which point into its text.
struct Parts {
    std::string_view scheme;  ///< "ssh" for git@host:path too
    std::string_view user;
    std::string_view host;
    std::string_view port;
    std::string_view path;  ///< without the slash at its beginning
};

void check_text(std::string_view url)
{
    if (url.empty()) {
        refuse("is empty");
    }
    if (url.size() > longest_url) {
        refuse("is longer than {} bytes", longest_url);
    }
    // Also one that is written as an escape: git decodes it (CVE-2020-5260).
    const auto decoded = http::find_percent_decoded(url);
    if (std::ranges::any_of(url, is_control) || (decoded && std::ranges::any_of(*decoded, is_control))) {
        refuse("holds control characters");
    }
}

/// git@host:path
Parts split_short(std::string_view url)
{
    const auto colon = url.find(':');
    const auto at = url.find('@');
    if (colon != std::string_view::npos && url.substr(colon, 2) == "::") {
        refuse("has the scheme '{}', and it must be https or ssh", printable_line(url.substr(0, colon)));
    }
    if (colon == std::string_view::npos || at == std::string_view::npos || at > colon || url.find('/') < colon) {
        refuse("must start with https:// or ssh://, or be git@HOST:OWNER/NAME");
    }
    return {"ssh", url.substr(0, at), url.substr(at + 1, colon - at - 1), {}, url.substr(colon + 1)};
}

Parts split_url(std::string_view url)
{
    const auto separator = url.find("://");
    if (separator == std::string_view::npos) {
        return split_short(url);
    }
    Parts parts;
    parts.scheme = url.substr(0, separator);
    const auto rest = url.substr(separator + 3);
    const auto slash = std::min(rest.find('/'), rest.size());
    auto authority = rest.substr(0, slash);
    parts.path = rest.substr(std::min(slash + 1, rest.size()));
    if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
        parts.user = authority.substr(0, at);
        authority = authority.substr(at + 1);
    }
    const auto colon = authority.find(':', authority.starts_with('[') ? authority.find(']') : 0);
    parts.host = authority.substr(0, colon);
    parts.port = colon == std::string_view::npos ? std::string_view() : authority.substr(colon + 1);
    return parts;
}

void check_user(const Parts& parts)
{
    if (parts.scheme != "ssh" && !parts.user.empty()) {
        refuse("holds a user name, password or token");
    }
    if (parts.user.find(':') != std::string_view::npos) {
        refuse("holds a password or token");
    }
    const auto good = [](char c) { return is_word(c) || c == '.' || c == '-'; };
    if (!std::ranges::all_of(parts.user, good) || parts.user.starts_with('-') || parts.user.starts_with('.')) {
        refuse("holds a user name that is none");
    }
}

/// Whether programs take the host for an address: in brackets, or with a number at its end, in any base (WHATWG URL,
/// section 3.5); or it is a name that leads into a machine or its network.
bool leads_inside(const std::string& host)
{
    const auto labels = split(host, '.');
    const auto last = labels.back().empty() && labels.size() > 1 ? labels[labels.size() - 2] : labels.back();
    const bool number =
        std::ranges::all_of(last, [](char c) { return c >= '0' && c <= '9'; }) || last.starts_with("0x");
    const bool inside = last == "localhost" || last == "internal" || last == "local";
    return host.starts_with('[') || number || inside;
}

void check_host(const std::string& host)
{
    if (host.empty() || host.starts_with('-') || host.starts_with('.')) {
        refuse("names no host that can be one");
    }
    if (host.starts_with('[')) {
        refuse("names an address instead of a host");
    }
    const auto good = [](char c) { return (is_word(c) && c != '_') || c == '.' || c == '-'; };
    if (!std::ranges::all_of(host, good)) {
        refuse("names a host with characters that none has");
    }
    if (leads_inside(host)) {
        refuse("names '{}', an address inside this machine or its network", host);
    }
}

Site find_site(const Parts& parts, const Hosts& hosts)
{
    const auto host = to_lower(parts.host);
    const auto with_port = parts.port.empty() ? host : fmt::format("{}:{}", host, parts.port);
    // What is connected was named by the operator, whatever it is.
    if (const auto known = hosts.find(with_port); known != hosts.end()) {
        const Site site{known->second, known->first};
        if (web_base(site) == fmt::format("{}://{}", parts.scheme, with_port)) {
            return site;
        }
    }
    if (parts.scheme == "http") {
        refuse("is not encrypted: it must be https or ssh");
    }
    const auto known = hosts.find(host);
    if (known == hosts.end()) {
        check_host(host);
    }
    if (!parts.port.empty() && parts.port != (parts.scheme == "https" ? "443" : "22")) {
        refuse("names a port, which must be {}", parts.scheme == "https" ? "443" : "22");
    }
    for (const auto kind : {Kind::github, Kind::gitlab}) {
        if (host == public_site(kind).host) {
            return public_site(kind);
        }
    }
    if (known == hosts.end()) {
        throw Error(ErrorKind::usage,
                    "the clone URL names '{}', which is not in the list of allowed hosts: github.com, "
                    "gitlab.com and those that are connected",
                    host)
            .with_hint(fmt::format("tinystacks connect github --host {}", host));
    }
    return {known->second, host};
}

/// What a name of a repository or of its owner is made of, beside '.' and '..'.
bool is_segment(std::string_view text)
{
    return std::ranges::all_of(text, [](char c) { return is_word(c) || c == '.' || c == '-'; });
}

bool is_empty_or_dotted(std::string_view text)
{
    return text.empty() || text == "." || text == "..";
}

/// Owner, any groups between, and name.
std::vector<std::string_view> read_path(std::string_view path, Kind kind)
{
    for (const auto& [mark, what] : {std::pair{'?', "query"}, std::pair{'#', "fragment"}}) {
        if (path.find(mark) != std::string_view::npos) {
            refuse("holds a {}", what);
        }
    }
    if (path.ends_with('/') && !path.ends_with("//")) {
        path.remove_suffix(1);
    }
    const auto segments = split(path, '/');
    for (const auto segment : segments) {
        if (is_empty_or_dotted(segment)) {
            refuse("has a path with an empty or dotted part");
        }
        if (!is_segment(segment)) {
            refuse("has a path with characters other than letters, digits, '.', '_' and '-'");
        }
    }
    if (segments.size() < 2 || (kind == Kind::github && segments.size() > 2)) {
        refuse("has a path that is not OWNER/NAME");
    }
    return segments;
}

}  // namespace

Remote parse_remote(std::string_view url, const Hosts& hosts)
{
    check_text(url);
    const auto parts = split_url(url);
    if (parts.scheme != "https" && parts.scheme != "ssh" && parts.scheme != "http") {
        refuse("has the scheme '{}', and it must be https or ssh", printable_line(parts.scheme));
    }
    check_user(parts);
    Remote remote;
    remote.site = find_site(parts, hosts);
    const auto segments = read_path(parts.path, remote.site.kind);
    remote.name =
        segments.back().ends_with(".git") ? segments.back().substr(0, segments.back().size() - 4) : segments.back();
    if (remote.name.empty()) {
        refuse("has a path that is not OWNER/NAME");
    }
    const auto before_name = static_cast<std::size_t>(segments.back().data() - parts.path.data());
    remote.owner = parts.path.substr(0, before_name - 1);
    return remote;
}

void check_repository_name(std::string_view text)
{
    const auto bad = [](std::string_view segment) { return is_empty_or_dotted(segment) || !is_segment(segment); };
    if (text.starts_with('-') || text.size() > longest_url || std::ranges::any_of(split(text, '/'), bad)) {
        throw Error(ErrorKind::usage,
                    "'{}' is no repository: it must start with https:// or ssh://, or be OWNER/NAME at a connected "
                    "provider",
                    printable_line(text.substr(0, longest_url)))
            .with_hint("https://github.com/OWNER/NAME.git");
    }
}

}  // namespace tinystacks::provider
