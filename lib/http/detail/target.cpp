#include "http/detail/target.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "http/transport.hpp"

#include <algorithm>

namespace tinystacks::http::detail {
namespace {

/// A part of the URL; empty when it has none.
std::string part_of(const CurlLibrary& curl, CURLU* url, CURLUPart part)
{
    char* text = nullptr;
    if (curl.url_get(url, part, &text, 0) != CURLUE_OK || text == nullptr) {
        return {};
    }
    const std::unique_ptr<char, decltype(&curl_free)> owned(text, curl.free);
    return owned.get();
}

}  // namespace

Target parse_target(const CurlLibrary& curl, const std::string& url, ClearText clear_text)
{
    Target target{{curl.url(), curl.url_cleanup}, {}, {}, false, false};
    const auto is_blank = [](unsigned char c) { return c <= ' ' || c == 0x7F; };
    if (!target.url || std::ranges::any_of(url, is_blank) ||
        curl.url_set(target.url.get(), CURLUPART_URL, url.c_str(), CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK) {
        throw Error(ErrorKind::invalid_input, "a request's URL cannot be read");
    }
    const auto scheme = part_of(curl, target.url.get(), CURLUPART_SCHEME);
    const auto port = part_of(curl, target.url.get(), CURLUPART_PORT);
    target.host = part_of(curl, target.url.get(), CURLUPART_HOST);
    target.shown = printable(port.empty() ? target.host : target.host + ":" + port);
    const bool gives_keys = is_credentials_endpoint(target.host);
    target.direct = is_loopback(target.host) || gives_keys;
    target.may_be_clear = is_loopback(target.host) || (gives_keys && clear_text == ClearText::credentials_endpoint);
    if (!part_of(curl, target.url.get(), CURLUPART_USER).empty() ||
        !part_of(curl, target.url.get(), CURLUPART_PASSWORD).empty()) {
        throw Error(ErrorKind::invalid_input, "the URL for '{}' holds a user name or password", target.shown);
    }
    if (scheme != "https" && !(scheme == "http" && target.may_be_clear)) {
        throw Error(ErrorKind::not_allowed, "'{}' may not be reached by {}: only https, and http on this machine",
                    target.shown, printable(scheme));
    }
    return target;
}

}  // namespace tinystacks::http::detail
