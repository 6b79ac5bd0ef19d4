#pragma once

#include "http/detail/curl_library.hpp"

#include <memory>
#include <string>

namespace tinystacks::http::detail {

/// Where a request goes, read by libcurl's own parser and given back to it, so that what was checked is what is used.
struct Target {
    std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url;
    std::string host;   ///< without port; numeric forms of an address are normalised
    std::string shown;  ///< host and, where the URL names one, port: for messages
    bool loopback = false;
};

/// Throws Error{invalid_input} for what is no URL or carries a password, and Error{not_allowed} for clear text to a
/// host that is not this machine. Neither message quotes more than scheme and host.
[[nodiscard]] Target parse_target(const CurlLibrary& curl, const std::string& url);

}  // namespace tinystacks::http::detail
