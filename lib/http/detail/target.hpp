#pragma once

#include "http/detail/curl_library.hpp"
#include "http/transport.hpp"

#include <memory>
#include <string>

namespace tinystacks::http::detail {

/// Where a request goes, read by libcurl's own parser and given back to it, so that what was checked is what is used.
struct Target {
    std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url;
    std::string host;           ///< without port; numeric forms of an address are normalised
    std::string shown;          ///< host and, where the URL names one, port: for messages
    bool may_be_clear = false;  ///< http is allowed
    bool direct = false;        ///< no proxy may come between: this machine, or who gives it its keys
};

/// Throws Error{invalid_input} for what is no URL or carries a password, and Error{not_allowed} for clear text where
/// `clear_text` does not allow it. Neither message quotes more than scheme and host.
[[nodiscard]] Target parse_target(const CurlLibrary& curl, const std::string& url, ClearText clear_text);

}  // namespace tinystacks::http::detail
