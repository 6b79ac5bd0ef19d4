#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tinystacks::http {

enum class Slash { keep, encode };

/// Percent-encodes all but the unreserved characters of RFC 3986, section 2.3: what paths and queries take.
[[nodiscard]] std::string percent_encode(std::string_view text, Slash slash = Slash::encode);
/// The inverse, a '+' left as it is; empty when a '%' is not followed by two hexadecimal digits.
[[nodiscard]] std::optional<std::string> find_percent_decoded(std::string_view text);

/// `text`, which somebody outside chose, as one segment of a path. Throws Error{invalid_input} for the empty text, "."
/// and "..", which would name another path whichever way they are written.
[[nodiscard]] std::string path_segment(std::string_view text);

/// `url` with one more `name=value` in its query.
[[nodiscard]] std::string with_query(std::string url, std::string_view name, std::string_view value);

/// A URL in parts. Equal URLs have equal parts: letters of scheme and host are small, the scheme's own port is left
/// out.
struct Url {
    std::string scheme;  ///< https or http
    std::string host;    ///< an IPv6 address in brackets
    std::optional<int> port;
    std::string path;   ///< as written; "/" when there is none
    std::string query;  ///< without its '?'

    bool operator==(const Url&) const = default;
};

/// Throws Error{invalid_input}, quoting nothing that could be a password, for what is no http or https URL, holds a
/// user name or password, a fragment, a backslash, or a character that is not printable ASCII.
[[nodiscard]] Url parse_url(std::string_view text);
[[nodiscard]] std::string to_string(const Url& url);

/// "https://host" or "https://host:port".
[[nodiscard]] std::string origin(const Url& url);
/// "https://host:port" of a text that needs not be a whole URL: what stands before its path.
[[nodiscard]] std::string origin_of(std::string_view url);
/// Whether both are URLs and lead to the same scheme, host and port.
[[nodiscard]] bool same_origin(std::string_view one, std::string_view other);

/// `path` below `base`, with one slash between them.
[[nodiscard]] std::string join_url(std::string_view base, std::string_view path);

}  // namespace tinystacks::http
