#include "registry/detail/url.hpp"

#include "base/error.hpp"
#include "http/url.hpp"

namespace tinystacks::registry::detail {

std::string resolve(std::string_view url, std::string_view location)
{
    if (location.starts_with("https://") || location.starts_with("http://")) {
        return std::string(location);
    }
    if (location.starts_with("//")) {
        return std::string(url.substr(0, url.find(':') + 1)) + std::string(location);
    }
    if (location.starts_with('/')) {
        return http::origin_of(url) + std::string(location);
    }
    throw Error(ErrorKind::failed, "'{}' answers with a location that leads nowhere", http::origin_of(url));
}

}  // namespace tinystacks::registry::detail
