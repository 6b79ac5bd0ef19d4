#pragma once

#include "base/error.hpp"
#include "http/form.hpp"
#include "provider/oauth.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace tinystacks::provider::detail {

/// The answer to one of OAuth's forms. What went wrong stands in `error`, whatever the status (security requirement
/// OA-01).
struct OauthReply {
    std::string error;
    nlohmann::json members;  ///< an object

    [[nodiscard]] std::string text(const char* name) const;
    /// A whole number, or one in a text; `otherwise` when there is none.
    [[nodiscard]] long number(const char* name, long otherwise) const;
};

/// Sends a form below web_base() of the site, once: a second use of a code or of a refresh token may void what the
/// first one gave. Throws Error{failed} when no answer came, Error{unavailable} for one that is too long to be read.
[[nodiscard]] http::Exchange post_form(const Site& site, std::string_view path, const http::Form& form,
                                       const World& world, const Interruption& interruption);

/// Reads JSON or, as GitHub may answer, a form. Throws Error{failed} for a redirect and for anything else, quoting
/// nothing of it: there may be a token inside.
[[nodiscard]] OauthReply parse_reply(const Site& site, const http::Exchange& exchange);

/// The token in a reply. Throws Error{failed} when it is empty or none.
[[nodiscard]] Grant grant_of(const Site& site, const OauthReply& reply, Time now);

/// The error that a reply's `error` means when it ends what was tried.
[[nodiscard]] Error refusal_of(const Application& application, const OauthReply& reply);

/// Where the site gives tokens.
[[nodiscard]] std::string_view token_path(const Site& site);

}  // namespace tinystacks::provider::detail
