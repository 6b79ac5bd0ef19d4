#include "provider/detail/api.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "http/url.hpp"

#include <algorithm>
#include <charconv>

namespace tinystacks::provider::detail {
namespace {

constexpr int most_redirects = 3;
constexpr int most_pages = 100;

/// Seconds since 1970 in a header.
std::optional<Time> find_moment(const http::Response& response, std::string_view header)
{
    const auto text = response.find_header(header).value_or("");
    long seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    constexpr long last = 253402300799;  // the year 9999
    const bool good = error == std::errc() && end == text.data() + text.size() && seconds >= 0 && seconds <= last;
    return good ? std::optional(Time(std::chrono::seconds(seconds))) : std::nullopt;
}

/// Until when a limit of requests holds. GitHub answers 403 or 429, with 0 remaining or a wait; GitLab 429. Source:
/// GitHub docs, "Rate limits for the REST API"; GitLab docs, "User and IP rate limits", response headers.
std::optional<std::string> find_limit(const http::Response& response, Time now)
{
    const bool none_left = response.find_header("x-ratelimit-remaining") == "0";
    const auto wait = http::find_retry_after(response, now);
    if (response.status != 429 && !(response.status == 403 && (none_left || wait))) {
        return std::nullopt;
    }
    auto until = wait ? std::optional<Time>(now + *wait) : find_moment(response, "x-ratelimit-reset");
    if (!until) {
        until = find_moment(response, "ratelimit-reset");
    }
    return until ? fmt::format("it may be asked again at {}", to_rfc3339(*until))
                 : std::string("it did not say until when");
}

}  // namespace

Api::Api(Site site, Secret token, const World& world, http::Headers headers)
    : site_(std::move(site)), token_(std::move(token)), world_(world), headers_(std::move(headers))
{}

Answer Api::get(std::string_view path, const Interruption& interruption)
{
    return *find(path, {}, interruption);
}

std::optional<Answer> Api::find(std::string_view path, const std::vector<int>& absent, const Interruption& interruption)
{
    http::Request request;
    request.url = api_base(site_) + std::string(path);
    return send(std::move(request), absent, interruption);
}

std::optional<Answer> Api::find_web(std::string_view path, const std::vector<int>& absent,
                                    const Interruption& interruption)
{
    http::Request request;
    request.url = web_base(site_) + std::string(path);
    return send(std::move(request), absent, interruption);
}

void Api::for_each(std::string_view path, const std::function<bool(const nlohmann::json&)>& on_item,
                   const Interruption& interruption)
{
    http::Request request;
    request.url = api_base(site_) + std::string(path);
    for (int page = 0; page < most_pages; ++page) {
        const auto answer = *send(request, {}, interruption);
        if (!answer.json.is_array()) {
            throw Error(ErrorKind::failed, "'{}' answers with something else than a list", site_.host);
        }
        if (!std::ranges::all_of(answer.json, on_item)) {
            return;
        }
        const auto next = next_page(answer.response);
        if (next.empty()) {
            return;
        }
        if (!http::same_origin(next, request.url)) {
            throw Error(ErrorKind::failed,
                        "'{}' has the next page of a list on another host, which does not get the token", site_.host);
        }
        request.url = next;
    }
}

Answer Api::change(std::string_view method, std::string_view path, const nlohmann::json& body,
                   const Interruption& interruption)
{
    using namespace std::chrono_literals;
    if (last_change_) {
        const auto since = std::chrono::duration_cast<std::chrono::milliseconds>(world_.patience.now() - *last_change_);
        if (since < 1s) {
            world_.patience.wait(1s - since, interruption);
        }
    }
    http::Request request;
    request.method = method;
    request.url = api_base(site_) + std::string(path);
    request.once = method == "POST";  // which makes another each time
    if (!body.is_null()) {
        request.headers = {{"Content-Type", "application/json"}};
        request.body = body.dump();
    }
    auto answer = *send(std::move(request), {}, interruption);
    last_change_ = world_.patience.now();
    return answer;
}

std::optional<Answer> Api::send(http::Request request, const std::vector<int>& absent, const Interruption& interruption)
{
    request.headers.insert(request.headers.end(), headers_.begin(), headers_.end());
    request.headers.emplace_back("Authorization", "Bearer " + token_.reveal());
    for (int redirects = 0;; ++redirects) {
        auto exchange =
            http::fetch_with_retry(world_.transport, request, interruption, std::size_t{10} << 20, world_.patience);
        const auto status = exchange.response.status;
        if (status >= 200 && status < 300) {
            auto json = exchange.body.empty() ? nlohmann::json() : parse_json(exchange, site_.host);
            return Answer{std::move(exchange.response), std::move(json)};
        }
        if (std::ranges::find(absent, status) != absent.end()) {
            return std::nullopt;
        }
        if (status < 300 || status >= 400) {
            fail(request, exchange);
        }
        if (redirects == most_redirects) {
            throw Error(ErrorKind::failed, "'{}' sends us from one redirect to the next", site_.host);
        }
        request.url = redirect(request, exchange.response);
    }
}

std::string Api::redirect(const http::Request& request, const http::Response& response) const
{
    auto location = response.find_header("location").value_or("");
    if (location.starts_with('/') && !location.starts_with("//")) {
        location = http::origin_of(request.url) + location;
    }
    if (request.method != "GET" || !http::same_origin(location, request.url)) {
        throw Error(ErrorKind::failed,
                    "'{}' answers with a redirect (HTTP {}), which is not followed: the token is for "
                    "that host alone",
                    site_.host, response.status);
    }
    return location;
}

void Api::fail(const http::Request& request, const http::Exchange& exchange) const
{
    const auto status = exchange.response.status;
    const auto words = words_of(exchange);
    if (const auto limit = find_limit(exchange.response, now())) {
        throw Error(ErrorKind::unavailable, "{} at '{}' takes no more requests for now (HTTP {}): {}",
                    title(site_.kind), site_.host, status, *limit);
    }
    const auto text = fmt::format("{} at '{}': {} (HTTP {}, {} {})", title(site_.kind), site_.host,
                                  words.empty() ? "it refuses without a reason" : words, status, request.method,
                                  shown(http::parse_url(request.url).path));
    switch (status) {
    case 401:
        throw Error(ErrorKind::unauthenticated, "{}", text).with_hint(connect_command(site_));
    case 403:
        throw Error(ErrorKind::not_allowed, "{}", text);
    case 404:
        throw Error(ErrorKind::not_found, "{}", text);
    case 409:
    case 422:
        throw Error(ErrorKind::conflict, "{}", text);
    default:
        throw Error(ErrorKind::failed, "{}", text);
    }
}

std::string Api::words_of(const http::Exchange& exchange) const
{
    const auto json = parse_shallow(exchange.body);
    std::string words;
    for (const auto* name : {"message", "error_description", "error"}) {
        if (words.empty() && json.is_object() && json.contains(name)) {
            words = json[name].is_string() ? json[name].get<std::string>()
                                           : json[name].dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
        }
    }
    for (auto at = words.find(token_.reveal()); !token_.empty() && at != std::string::npos;
         at = words.find(token_.reveal(), at)) {
        words.replace(at, token_.reveal().size(), "***");
    }
    return shown(words);
}

std::string next_page(const http::Response& response)
{
    const auto header = response.find_header("link").value_or("");
    for (std::size_t at = header.find('<'); at != std::string::npos; at = header.find('<', at + 1)) {
        const auto end = header.find('>', at);
        const auto next = std::min(header.find('<', at + 1), header.size());
        if (end == std::string::npos || end > next) {
            return {};
        }
        const auto parameters = std::string_view(header).substr(end, next - end);
        if (parameters.find("rel=\"next\"") != std::string_view::npos ||
            parameters.find("rel=next") != std::string_view::npos) {
            return header.substr(at + 1, end - at - 1);
        }
    }
    return {};
}

std::string text_of(const nlohmann::json& object, const char* name)
{
    const auto found = object.is_object() ? object.find(name) : object.end();
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string login_of(const nlohmann::json& user, const char* name, const Site& site)
{
    auto login = text_of(user, name);
    if (login.empty()) {
        throw Error(ErrorKind::failed, "'{}' does not say whose token this is", site.host);
    }
    const bool one_line = std::ranges::none_of(login, [](unsigned char c) { return c < ' '; });
    if (!one_line || printable(login) != login) {
        throw Error(ErrorKind::failed, "'{}' says that this token is of '{}', and no login has control characters",
                    site.host, shown(login));
    }
    return login;
}

long number_of(const nlohmann::json& object, const char* name)
{
    const auto found = object.is_object() ? object.find(name) : object.end();
    return found != object.end() && found->is_number_integer() ? found->get<long>() : 0;
}

bool is_true(const nlohmann::json& object, const char* name)
{
    const auto found = object.is_object() ? object.find(name) : object.end();
    return found != object.end() && found->is_boolean() && found->get<bool>();
}

nlohmann::json object_of(const nlohmann::json& object, const char* name)
{
    const auto found = object.is_object() ? object.find(name) : object.end();
    return found != object.end() && found->is_object() ? *found : nlohmann::json();
}

nlohmann::json parse_shallow(std::string_view body)
{
    constexpr int deepest = 64;
    bool deep = false;
    const auto within = [&](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
        deep = deep || depth > deepest;
        return !deep;
    };
    auto json = nlohmann::json::parse(body, within, false);
    return deep ? nlohmann::json(nlohmann::json::value_t::discarded) : json;
}

nlohmann::json parse_json(const http::Exchange& exchange, std::string_view host)
{
    const auto type = to_lower(exchange.response.find_header("content-type").value_or("application/json"));
    auto json = parse_shallow(exchange.body);
    if (type.find("json") == std::string::npos || json.is_discarded()) {
        throw Error(ErrorKind::failed, "'{}' answers with something else than JSON ({}, HTTP {})", host,
                    shown(type.substr(0, type.find(';'))), exchange.response.status)
            .with_hint("is this the right host, and is there a proxy or a login page before it?");
    }
    return json;
}

std::string shown(std::string_view words)
{
    constexpr std::size_t most = 300;
    auto text = printable(to_utf8(words.substr(0, most)));
    std::ranges::replace(text, '\n', ' ');
    return words.size() > most ? text + "…" : text;
}

}  // namespace tinystacks::provider::detail
