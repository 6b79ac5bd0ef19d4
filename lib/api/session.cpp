#include "api/session.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "contract/contract.hpp"
#include "http/url.hpp"
#include "mask/masker.hpp"

#include <algorithm>

namespace tinystacks::api {
namespace {

constexpr std::size_t answer_limit = std::size_t{10} << 20;  ///< security requirement HC-06
constexpr std::size_t list_limit = std::size_t{64} << 20;

/// Whether the server says that it has not carried out a request.
bool did_nothing(const http::Response& response)
{
    return response.status == 429 || (response.status == 503 && response.find_header("retry-after"));
}

bool is_json(const http::Response& response)
{
    const auto header = response.find_header("content-type");
    if (!header) {
        return true;
    }
    const auto type = to_lower(trim(split(*header, ';').front()));
    return type == "application/json" || type.ends_with("+json");
}

/// What a server says, as far as a person reads it.
std::string shortened(std::string words)
{
    constexpr std::size_t most = 1000;
    if (words.size() > most) {
        words = to_utf8(words.substr(0, most)) + "…";
    }
    return words;
}

/// The base URL to which a redirect of `path` leads; empty when it is no other API's.
std::string find_base(const std::string& target, std::string_view url, std::string_view path)
{
    if (target.ends_with(path)) {
        return target.substr(0, target.size() - path.size());
    }
    return http::same_origin(target, url) ? std::string() : http::origin_of(target);
}

ErrorKind kind_of(int status)
{
    switch (status) {
    case 400:
    case 422:
        return ErrorKind::invalid_input;
    case 401:
        return ErrorKind::unauthenticated;
    case 403:
        return ErrorKind::not_allowed;
    case 404:
        return ErrorKind::not_found;
    case 409:
        return ErrorKind::conflict;
    case 429:
    case 503:
        return ErrorKind::unavailable;
    default:
        return ErrorKind::failed;
    }
}

}  // namespace

Session::Session(http::Transport& transport, const Server& server, http::Patience patience, mask::Secrets secrets)
    : transport_(transport), server_(server), patience_(std::move(patience)), secrets_(std::move(secrets))
{
    secrets_.add(server_.token.reveal());
}

http::Request Session::request(const Call& call) const
{
    http::Request request;
    request.method = call.method;
    request.url = server_.url;
    for (const auto& segment : call.path) {
        request.url += "/" + http::path_segment(segment);
    }
    for (const auto& [name, value] : call.query) {
        if (!value.empty()) {
            request.url = http::with_query(std::move(request.url), name, value);
        }
    }
    request.timeout = server_.haste.value_or(request.timeout);
    request.headers.emplace_back("Accept", "application/json");
    if (!server_.token.empty()) {
        request.headers.emplace_back("Authorization", "Bearer " + server_.token.reveal());
    }
    if (!server_.group.empty()) {
        request.headers.emplace_back("group", server_.group);
    }
    if (!call.body.empty()) {
        request.headers.emplace_back("Content-Type", "application/json");
        request.body = call.body;
    }
    return request;
}

std::string Session::read(const Call& call, Answer answer, const Interruption& interruption)
{
    const auto asked = request(call);
    return checked(asked, ask(asked, answer_limit, interruption), answer);
}

std::string Session::read_list(const Call& call, const Interruption& interruption)
{
    const auto asked = request(call);
    return checked(asked, ask(asked, list_limit, interruption), Answer::json);
}

http::Exchange Session::ask(const http::Request& request, std::size_t limit, const Interruption& interruption)
{
    try {
        return server_.haste ? http::fetch(transport_, request, interruption, limit)
                             : http::fetch_with_retry(transport_, request, interruption, limit, patience_);
    } catch (const Error& error) {
        throw with_hint(error);
    }
}

Error Session::with_hint(const Error& error) const
{
    return error.hint().empty() ? error.with_hint(fmt::format("curl {}/ping  # whether it answers here", server_.url))
                                : error;
}

std::string Session::change(const Call& call, Answer answer, const Interruption& interruption)
{
    auto asked = request(call);
    asked.once = true;
    return checked(asked, send_once(asked, interruption), answer);
}

std::variant<http::Exchange, Error> Session::try_once(const http::Request& request, const Interruption& interruption)
{
    http::Exchange exchange;
    bool answered = false;
    const auto keep = http::keep_body(exchange.body, answer_limit);
    try {
        exchange.response = transport_.send(
            request,
            [&](std::string_view piece) {
                answered = true;
                keep(piece);
            },
            interruption);
        return exchange;
    } catch (const http::Unanswered&) {
        throw;
    } catch (const Error& error) {
        if (answered) {
            throw http::Unanswered(error);
        }
        if (error.kind() != ErrorKind::failed) {
            throw;
        }
        return error;
    }
}

http::Exchange Session::send_once(const http::Request& request, const Interruption& interruption)
{
    const auto start = patience_.now();
    for (int tries = 1;; ++tries) {
        auto outcome = try_once(request, interruption);
        auto* exchange = std::get_if<http::Exchange>(&outcome);
        if (exchange != nullptr && !did_nothing(exchange->response)) {
            return std::move(*exchange);
        }
        std::optional<int> status;
        std::optional<std::string> least;
        if (exchange != nullptr) {
            status = exchange->response.status;
            if (const auto after = http::find_retry_after(exchange->response, patience_.clock())) {
                least = std::to_string(after->count());
            }
        }
        const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(patience_.now() - start);
        const auto wait = http::find_retry_wait(tries, elapsed, status, least, patience_.jitter());
        if (wait) {
            patience_.wait(*wait, interruption);
        } else if (exchange != nullptr) {
            return std::move(*exchange);
        } else {
            throw with_hint(std::get<Error>(outcome));
        }
    }
}

std::string Session::checked(const http::Request& request, http::Exchange exchange, Answer answer) const
{
    const auto status = exchange.response.status;
    if (status < 200 || status > 299) {
        refuse(request, exchange);
    }
    if (answer == Answer::json && !is_json(exchange.response)) {
        throw Error(ErrorKind::failed, "'{}' answers with {}, not with JSON: it does not speak the TinyStacks API",
                    server_.url, printable_line(exchange.response.find_header("content-type").value_or("")))
            .with_hint("tinystacks connect list");
    }
    return std::move(exchange.body);
}

void Session::refuse(const http::Request& request, const http::Exchange& exchange) const
{
    const auto status = exchange.response.status;
    const auto where = fmt::format("{} {}", request.method, request.url.substr(server_.url.size()));
    if (status >= 300 && status < 400) {
        auto target = exchange.response.find_header("location").value_or("");
        if (target.starts_with('/') && !target.starts_with("//")) {
            target = http::origin_of(server_.url) + target;
        }
        if (target.find('@') != std::string::npos) {
            target.clear();  // with a name or password in it, which is nobody's business
        }
        const auto base = find_base(target, request.url, std::string_view(request.url).substr(server_.url.size()));
        throw Error(ErrorKind::failed, "'{}' answers {} with a redirect to '{}', where the token is not sent",
                    server_.url, where, printable_line(http::origin_of(target)))
            .with_hint(base.empty() ? "tinystacks connect list"
                                    : "tinystacks connect api " + shell_quote(printable_line(base)));
    }
    const auto refusal = contract::find_refusal(exchange.body);
    // A server may repeat what it got.
    const auto words = refusal ? shortened(printable_line(secrets_.hide(refusal->message))) : std::string();
    const Error error(kind_of(status), "'{}' answers {} to {}{}{}", server_.url, status, where,
                      words.empty() ? "" : ": ", words);
    if (status == 401) {
        throw error.with_hint(server_.token.empty()
                                  ? fmt::format("tinystacks connect api {}", server_.url)
                                  : fmt::format("tinystacks connect api {}  # with a new token", server_.url));
    }
    if (status == 403) {
        throw error.with_hint("tinystacks connect list  # and --group GROUP for what a group owns");
    }
    if (const auto wait = http::find_retry_after(exchange.response, patience_.clock())) {
        throw error.with_hint(fmt::format("the same again in {}", to_short_text(*wait)));
    }
    throw error;
}

}  // namespace tinystacks::api
