#include "http/url.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <charconv>

namespace tinystacks::http {
namespace {

bool is_alphanumeric(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_one_of(char c, std::string_view set)
{
    return set.find(c) != std::string_view::npos;
}

std::optional<int> find_digit(char c)
{
    int value = 0;
    const auto [end, error] = std::from_chars(&c, &c + 1, value, 16);
    return error == std::errc() && end == &c + 1 ? std::optional(value) : std::nullopt;
}

int default_port(std::string_view scheme)
{
    return scheme == "https" ? 443 : 80;
}

std::optional<int> parse_port(std::string_view text)
{
    int port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc() || end != text.data() + text.size() || port < 1 || port > 65535) {
        throw Error(ErrorKind::invalid_input, "the URL's port is no number from 1 to 65535");
    }
    return port;
}

void check_host(std::string_view host)
{
    const bool address = host.size() > 2 && host.front() == '[' && host.back() == ']';
    const auto good = [&](char c) { return is_alphanumeric(c) || is_one_of(c, address ? ":." : "-._"); };
    const auto name = address ? host.substr(1, host.size() - 2) : host;
    if (name.empty() || name.front() == '-' || name.front() == '.' || !std::ranges::all_of(name, good)) {
        throw Error(ErrorKind::invalid_input, "the URL names no host that can be one");
    }
}

/// Host and port of what stands between "//" and the path.
void read_authority(std::string_view text, Url& url)
{
    if (text.find('@') != std::string_view::npos) {
        throw Error(ErrorKind::invalid_input, "the URL holds a user name, password or token");
    }
    const auto colon = text.find(':', text.starts_with('[') ? text.find(']') : 0);
    url.host = to_lower(text.substr(0, colon));
    check_host(url.host);
    if (colon != std::string_view::npos) {
        url.port = parse_port(text.substr(colon + 1));
    }
    if (url.port == default_port(url.scheme)) {
        url.port.reset();
    }
}

std::string_view without_scheme(std::string_view text, Url& url)
{
    const auto colon = text.find("://");
    url.scheme = to_lower(text.substr(0, colon == std::string_view::npos ? 0 : colon));
    if (url.scheme != "https" && url.scheme != "http") {
        throw Error(ErrorKind::invalid_input, "a URL begins with https://");
    }
    return text.substr(colon + 3);
}

}  // namespace

std::string percent_encode(std::string_view text, Slash slash)
{
    std::string encoded;
    for (const char c : text) {
        const bool plain = is_alphanumeric(c) || is_one_of(c, "-._~") || (c == '/' && slash == Slash::keep);
        encoded += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return encoded;
}

std::optional<std::string> find_percent_decoded(std::string_view text)
{
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            decoded += text[i];
            continue;
        }
        const auto high = i + 2 < text.size() ? find_digit(text[i + 1]) : std::nullopt;
        const auto low = high ? find_digit(text[i + 2]) : std::nullopt;
        if (!low) {
            return std::nullopt;
        }
        decoded += static_cast<char>(*high * 16 + *low);
        i += 2;
    }
    return decoded;
}

std::string path_segment(std::string_view text)
{
    if (text.empty() || text == "." || text == "..") {
        throw Error(ErrorKind::invalid_input, "'{}' is no name", text);
    }
    return percent_encode(text);
}

std::string with_query(std::string url, std::string_view name, std::string_view value)
{
    url += url.find('?') == std::string::npos ? '?' : '&';
    return url + std::string(name) + "=" + percent_encode(value);
}

Url parse_url(std::string_view text)
{
    const auto is_printable = [](char c) { return c > ' ' && c < 0x7F && c != '\\'; };
    if (!std::ranges::all_of(text, is_printable)) {
        throw Error(ErrorKind::invalid_input, "the URL holds blanks, control characters, backslashes or letters other "
                                              "than those of ASCII");
    }
    if (text.find('#') != std::string_view::npos) {
        throw Error(ErrorKind::invalid_input, "the URL holds a fragment");
    }
    Url url;
    const auto rest = without_scheme(text, url);
    const auto end = std::min(rest.find_first_of("/?"), rest.size());
    read_authority(rest.substr(0, end), url);
    const auto question = std::min(rest.find('?', end), rest.size());
    url.path = end == question ? "/" : std::string(rest.substr(end, question - end));
    url.query = question == rest.size() ? "" : std::string(rest.substr(question + 1));
    return url;
}

std::string to_string(const Url& url)
{
    return origin(url) + url.path + (url.query.empty() ? "" : "?" + url.query);
}

std::string origin(const Url& url)
{
    return fmt::format("{}://{}{}", url.scheme, url.host, url.port ? fmt::format(":{}", *url.port) : "");
}

std::string origin_of(std::string_view url)
{
    const auto scheme = url.find("://");
    const auto start = scheme == std::string_view::npos ? 0 : scheme + 3;
    return to_lower(url.substr(0, url.find_first_of("/?#", start)));
}

bool same_origin(std::string_view one, std::string_view other)
{
    try {
        return origin(parse_url(one)) == origin(parse_url(other));
    } catch (const Error&) {
        return false;  // what cannot be read leads nowhere
    }
}

std::string join_url(std::string_view base, std::string_view path)
{
    while (base.ends_with('/')) {
        base.remove_suffix(1);
    }
    return std::string(base) + (path.starts_with('/') ? "" : "/") + std::string(path);
}

}  // namespace tinystacks::http
