#pragma once

#include "provider/client.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::provider::detail {

/// An answer of status 2xx.
struct Answer {
    http::Response response;
    nlohmann::json json;  ///< null when there was no body
};

/// A provider's REST interface asked with one token. Throws as `Client` says.
class Api {
public:
    Api(Site site, Secret token, const World& world, http::Headers headers);

    [[nodiscard]] const Site& site() const { return site_; }
    [[nodiscard]] Time now() const { return world_.clock(); }

    /// `path` begins with a slash and is encoded.
    [[nodiscard]] Answer get(std::string_view path, const Interruption& interruption);
    /// The same, empty when the answer's status is one of `absent`.
    [[nodiscard]] std::optional<Answer> find(std::string_view path, const std::vector<int>& absent,
                                             const Interruption& interruption);
    /// The same of where people sign in, below web_base().
    [[nodiscard]] std::optional<Answer> find_web(std::string_view path, const std::vector<int>& absent,
                                                 const Interruption& interruption);
    /// Every item of a list, page after page, until `on_item` returns false.
    void for_each(std::string_view path, const std::function<bool(const nlohmann::json&)>& on_item,
                  const Interruption& interruption);
    /// Changes something; one after the other, a second apart (security requirement HC-08).
    Answer change(std::string_view method, std::string_view path, const nlohmann::json& body,
                  const Interruption& interruption);

private:
    [[nodiscard]] std::optional<Answer> send(http::Request request, const std::vector<int>& absent,
                                             const Interruption& interruption);
    /// Where an answer sends us on: only for GET, only within the origin. Throws Error{failed} elsewhere.
    [[nodiscard]] std::string redirect(const http::Request& request, const http::Response& response) const;
    [[noreturn]] void fail(const http::Request& request, const http::Exchange& exchange) const;
    [[nodiscard]] std::string words_of(const http::Exchange& exchange) const;

    Site site_;
    Secret token_;
    World world_;
    http::Headers headers_;
    std::optional<std::chrono::steady_clock::time_point> last_change_;
};

/// The URL that a Link header gives for rel="next"; empty when there is none. Source: RFC 8288.
[[nodiscard]] std::string next_page(const http::Response& response);

/// A member that is text, a whole number or true; empty, 0 or false for anything else.
[[nodiscard]] std::string text_of(const nlohmann::json& object, const char* name);
[[nodiscard]] long number_of(const nlohmann::json& object, const char* name);
[[nodiscard]] bool is_true(const nlohmann::json& object, const char* name);
/// A member that is an object; null for anything else.
[[nodiscard]] nlohmann::json object_of(const nlohmann::json& object, const char* name);

/// Whose token `user` says it is. Throws Error{failed} when it does not say, or with control characters: names are kept
/// as a provider gives them, but for these.
[[nodiscard]] std::string login_of(const nlohmann::json& user, const char* name, const Site& site);

/// JSON of at most 64 levels; discarded when it is more or no JSON. nlohmann copies and writes by recursion (security
/// requirement PA-07).
[[nodiscard]] nlohmann::json parse_shallow(std::string_view body);
/// JSON, whatever it is. Throws Error{failed} naming `host` when the answer is of another type or none.
[[nodiscard]] nlohmann::json parse_json(const http::Exchange& exchange, std::string_view host);

/// At most 300 bytes of what a server says, harmless for a terminal.
[[nodiscard]] std::string shown(std::string_view words);

}  // namespace tinystacks::provider::detail
