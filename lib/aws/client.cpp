#include "aws/client.hpp"

#include "aws/detail/answer.hpp"
#include "aws/detail/json.hpp"
#include "aws/endpoint.hpp"
#include "aws/error.hpp"
#include "aws/sign.hpp"
#include "base/error.hpp"
#include "base/sha256.hpp"
#include "base/text.hpp"
#include "http/date.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace tinystacks::aws {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr std::size_t answer_limit = std::size_t{10} << 20;
constexpr milliseconds least_skew = 4min;  // as the AWS SDKs: AWS itself refuses from 5 minutes on

constexpr std::array expired_codes = {"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"};
constexpr std::array skew_codes = {"RequestTimeTooSkewed", "RequestExpired",        "RequestInTheFuture",
                                   "AuthFailure",          "SignatureDoesNotMatch", "InvalidSignatureException"};

template <typename Codes>
bool is_one_of(const std::string& code, const Codes& codes)
{
    return std::ranges::find(codes, code) != codes.end();
}

std::optional<Time> find_date(const http::Response& response)
{
    const auto text = response.find_header("date");
    return text ? http::find_date(*text) : std::nullopt;
}

std::optional<milliseconds> find_milliseconds(const std::string& text)
{
    long number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool usable = error == std::errc() && end == text.data() + text.size() && number >= 0 && number < 3'600'000;
    return usable ? std::optional(milliseconds(number)) : std::nullopt;
}

Asked read_wish(const http::Response& response, Time now)
{
    Asked asked;
    asked.retry_after = http::find_retry_after(response, now);
    if (const auto text = response.find_header("x-amz-retry-after")) {
        asked.amz_retry_after = find_milliseconds(*text);
    }
    return asked;
}

std::string payload_of(const Call& call)
{
    return call.body_file.empty() ? sha256_hex(call.body) : sha256_hex_of_file(call.body_file);
}

/// What a person can do about the last refusal.
std::string hint_for(const std::string& code, const Credentials& keys, milliseconds skew, const Asked& asked)
{
    if (is_one_of(code, skew_codes) && std::chrono::abs(skew) >= least_skew) {
        return fmt::format("set this machine's clock, which is {} {} AWS's: sudo timedatectl set-ntp true",
                           to_short_text(std::chrono::abs(skew)), skew > 0ms ? "behind" : "ahead of");
    }
    if (is_one_of(code, expired_codes)) {
        return fmt::format("renew the credentials, which came from {}", keys.source);
    }
    if (asked.retry_after && *asked.retry_after > 0ms) {
        return fmt::format("AWS asks to wait: try again in {}", to_short_text(*asked.retry_after));
    }
    return {};
}

}  // namespace

/// One call on its way through its attempts.
struct Client::Sending {
    const Call& call;
    std::string payload;
    int attempts = 0;
    bool renewed = false;
    bool corrected = false;
    std::optional<Fault> retried = std::nullopt;
    http::Exchange exchange = {};
    std::optional<Error> no_answer = std::nullopt;
    detail::ErrorAnswer refusal = {};
};

Client::Client(World world, CredentialSource& keys, std::string region)
    : world_(std::move(world)), keys_(keys), region_(std::move(region))
{}

Endpoint Client::endpoint(std::string_view service) const
{
    const auto found = endpoints_.find(service);
    if (found != endpoints_.end()) {
        return found->second;
    }
    return endpoints_.emplace(service, find_endpoint(service, region_, world_.environment)).first->second;
}

http::Request Client::prepare(const Call& call, const Credentials& keys, const std::string& payload) const
{
    const auto where = endpoint(call.service);
    const auto base = split_url(where.url);
    http::Request request;
    request.method = call.method;
    request.headers = call.headers;
    request.body = call.body;
    request.body_file = call.body_file;
    request.timeout = call.repeat == Repeat::safe ? std::min(call.timeout, longest_) : call.timeout;
    request.may_be_silent = call.may_be_silent;
    const auto path = base.path + call.path;
    request.url = base.origin + path + (call.query.empty() ? "" : "?" + canonical_query(call.query));
    if (!keys.access_key_id.empty()) {
        const auto& service = call.signed_as.empty() ? call.service : call.signed_as;
        const auto added = sign({call.method, base.host, path, call.query, call.headers, payload}, keys,
                                {region_, service}, world_.clock() + clock_offset_);
        request.headers.insert(request.headers.end(), added.begin(), added.end());
    }
    return request;
}

/// Whether it succeeded; else what went wrong stands in `sending`.
bool Client::try_once(Sending& sending, const Credentials& keys, const Interruption& interruption)
{
    const auto request = prepare(sending.call, keys, sending.payload);
    ++sending.attempts;
    sending.exchange = {};
    sending.no_answer.reset();
    bool too_large = false;
    const auto keep = [&](std::string_view piece) {
        too_large = piece.size() > answer_limit - sending.exchange.body.size();
        if (too_large) {
            throw Error(ErrorKind::failed, "the answer is larger than {} bytes", answer_limit);
        }
        sending.exchange.body += piece;
    };
    try {
        sending.exchange.response = world_.transport.send(request, keep, interruption);
    } catch (const Error& error) {
        if (too_large || error.kind() != ErrorKind::failed) {
            throw error.while_doing(sending.call.operation);
        }
        sending.no_answer = error;
        return false;
    }
    const auto status = sending.exchange.response.status;
    if (status >= 200 && status < 300) {
        return true;
    }
    sending.refusal = detail::read_error(sending.exchange, keys);
    return false;
}

bool Client::repair(Sending& sending, const Credentials& keys, const Interruption& interruption)
{
    if (sending.no_answer || keys.access_key_id.empty()) {
        return false;
    }
    const auto& code = sending.refusal.code;
    const auto date = find_date(sending.exchange.response);
    const auto skew = date ? *date - world_.clock() : 0ms;
    if (is_one_of(code, skew_codes) && !sending.corrected && std::chrono::abs(skew - clock_offset_) >= least_skew) {
        sending.corrected = true;
        clock_offset_ = skew;
        return true;
    }
    if (is_one_of(code, expired_codes) && !sending.renewed) {
        sending.renewed = true;
        keys_.forget();
        const auto now = keys_.get(interruption);  // the environment's, for one, stay what they are
        return now.access_key_id != keys.access_key_id || now.session_token.reveal() != keys.session_token.reveal();
    }
    return false;
}

http::Exchange Client::send(const Call& call, const Interruption& interruption)
{
    Sending sending{.call = call, .payload = payload_of(call)};
    while (true) {
        const auto keys = keys_.get(interruption);
        if (try_once(sending, keys, interruption)) {
            quota_.give_back(sending.retried);
            return std::move(sending.exchange);
        }
        if (repair(sending, keys, interruption)) {
            continue;
        }
        const auto fault =
            sending.no_answer ? Fault::transient : find_fault(sending.refusal.status, sending.refusal.code);
        const bool may_repeat = fault && (call.repeat == Repeat::safe || fault == Fault::throttling);
        const auto asked = read_wish(sending.exchange.response, world_.clock());
        const auto wait =
            may_repeat ? find_wait(sending.attempts, *fault, asked, world_.patience.jitter()) : std::nullopt;
        if (!wait || !quota_.take(*fault)) {
            if (sending.no_answer) {
                throw sending.no_answer->while_doing(call.operation);
            }
            auto& refusal = sending.refusal;
            throw Refusal(call.operation, refusal.status, refusal.code, refusal.words, refusal.request_id,
                          hint_for(refusal.code, keys, clock_offset_, asked));
        }
        sending.retried = fault;
        world_.patience.wait(*wait, interruption);
    }
}

nlohmann::json Client::send_json(Call call, std::string_view target, const nlohmann::json& input,
                                 const Interruption& interruption)
{
    if (call.operation.empty()) {
        call.operation = std::string(target.substr(target.rfind('.') + 1));
    }
    call.headers.emplace_back("Content-Type", "application/x-amz-json-1.1");
    call.headers.emplace_back("X-Amz-Target", target);
    call.body = input.empty() ? "{}" : input.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    auto answer = detail::find_json_object(send(call, interruption).body);
    if (!answer) {
        throw Error(ErrorKind::failed, "{}: the answer is no JSON object", call.operation);
    }
    return std::move(*answer);
}

}  // namespace tinystacks::aws
