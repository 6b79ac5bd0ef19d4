#pragma once

#include <string>
#include <string_view>

namespace tinystacks::registry::detail {

/// Percent-encoded for a query. Source: RFC 3986, section 2.3.
[[nodiscard]] std::string encode(std::string_view text);
/// `url` with one more `name=value` in its query.
[[nodiscard]] std::string with_query(std::string url, std::string_view name, std::string_view value);
/// "https://host:port" of a URL.
[[nodiscard]] std::string origin_of(std::string_view url);
/// Where a Location header leads, seen from `url`. Throws Error{failed} for a relative path, which no registry sends.
[[nodiscard]] std::string resolve(std::string_view url, std::string_view location);

}  // namespace tinystacks::registry::detail
