#include "registry/detail/url.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

namespace tinystacks::registry::detail {

std::string encode(std::string_view text)
{
    constexpr std::string_view unreserved = "-._~";
    std::string encoded;
    for (const char c : text) {
        const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           unreserved.find(c) != std::string_view::npos;
        encoded += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return encoded;
}

std::string with_query(std::string url, std::string_view name, std::string_view value)
{
    url += url.find('?') == std::string::npos ? '?' : '&';
    return url + std::string(name) + "=" + encode(value);
}

std::string origin_of(std::string_view url)
{
    const auto scheme = url.find("://");
    const auto start = scheme == std::string_view::npos ? 0 : scheme + 3;
    return to_lower(url.substr(0, url.find_first_of("/?#", start)));
}

std::string resolve(std::string_view url, std::string_view location)
{
    if (location.starts_with("https://") || location.starts_with("http://")) {
        return std::string(location);
    }
    if (location.starts_with("//")) {
        return std::string(url.substr(0, url.find(':') + 1)) + std::string(location);
    }
    if (location.starts_with('/')) {
        return origin_of(url) + std::string(location);
    }
    throw Error(ErrorKind::failed, "'{}' answers with a location that leads nowhere", origin_of(url));
}

}  // namespace tinystacks::registry::detail
