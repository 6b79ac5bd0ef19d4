#include "base/error.hpp"
#include "base/text.hpp"
#include "http/url.hpp"
#include "provider/detail/oauth_reply.hpp"
#include "provider/oauth.hpp"

#include <algorithm>

namespace tinystacks::provider {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr long default_interval = 5;
constexpr long longest_interval = 60;
constexpr long default_life = 900;
constexpr long longest_life = 1800;
constexpr int most_slow_downs = 3;
constexpr std::string_view device_grant = "urn:ietf:params:oauth:grant-type:device_code";

template <typename... Args>
[[noreturn]] void distrust(const Site& site, fmt::format_string<Args...> text, Args&&... args)
{
    throw Error(ErrorKind::failed, "{} at '{}' {}", title(site.kind), site.host,
                fmt::format(text, std::forward<Args>(args)...));
}

bool is_user_code(std::string_view text)
{
    const auto good = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'; };
    return text.size() >= 4 && text.size() <= 20 && std::ranges::all_of(text, good);
}

/// The pace of the questions: what the site asks for and a fifth more (security requirement OA-03).
class Pace {
public:
    explicit Pace(seconds interval) : interval_(interval) {}

    /// Until the next question of a code that lives as long as `left`; empty when none can be asked any more. Without
    /// room for a further one it comes just before the end, for who types the code in the last seconds.
    [[nodiscard]] std::optional<milliseconds> find_wait(milliseconds left) const
    {
        constexpr milliseconds way_back = 2s;
        const milliseconds least = interval_ * 6 / 5;
        const auto wait = std::min<milliseconds>(least * backoff_, 2min);
        const auto last = left - way_back;
        if (last < least) {
            return std::nullopt;
        }
        return last - wait < least ? last : wait;
    }
    void answered() { backoff_ = 1; }
    void not_answered() { backoff_ *= 2; }
    /// Whether it may go on.
    [[nodiscard]] bool slow_down(long wanted)
    {
        interval_ = std::max(interval_ + 5s, milliseconds(seconds(std::min(wanted, longest_interval))));
        return ++slow_downs_ <= most_slow_downs;
    }

private:
    milliseconds interval_;
    int backoff_ = 1;
    int slow_downs_ = 0;
};

DeviceCode device_code_of(const Site& site, const detail::OauthReply& reply)
{
    DeviceCode code;
    code.user_code = reply.text("user_code");
    code.verification_uri = reply.text("verification_uri");
    code.device_code = Secret(reply.text("device_code"));
    if (code.device_code.empty() || !is_user_code(code.user_code)) {
        distrust(site, "gave no code that can be typed");
    }
    if (!http::same_origin(code.verification_uri, web_base(site))) {
        distrust(site, "gave a verification address that is not its own, which is not shown");
    }
    const auto life = std::min(reply.number("expires_in", default_life), longest_life);
    if (life <= 0) {
        distrust(site, "gave a code that had expired already: begin again");
    }
    const auto interval = reply.number("interval", default_interval);
    if (interval > life) {
        distrust(site, "wants an interval between questions that is longer than the code lives ({} s)", life);
    }
    code.expires_in = seconds(life);
    code.interval = seconds(std::clamp(interval, default_interval, longest_interval));
    if (!Pace(code.interval).find_wait(code.expires_in)) {
        distrust(site, "gave a code that ends before it may be asked for ({} s)", life);
    }
    return code;
}

/// Empty when the site could not be reached or has trouble of its own.
std::optional<detail::OauthReply> ask(const Application& application, const DeviceCode& code, const World& world,
                                      const Interruption& interruption)
{
    const http::Form form = {{"client_id", application.client_id},
                             {"device_code", code.device_code.reveal()},
                             {"grant_type", std::string(device_grant)}};
    http::Exchange exchange;
    try {
        exchange = detail::post_form(application.site, detail::token_path(application.site), form, world, interruption);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::failed) {
            throw;
        }
        return std::nullopt;
    }
    return exchange.response.status >= 500 ? std::nullopt
                                           : std::optional(detail::parse_reply(application.site, exchange));
}

Grant checked(const Application& application, const detail::OauthReply& reply, const std::vector<std::string>& wanted,
              Time now)
{
    auto grant = detail::grant_of(application.site, reply, now);
    // None at all: the same as were asked for (RFC 6749, section 5.1), or a GitHub App's, which has permissions
    // instead.
    if (grant.scopes.empty()) {
        return grant;
    }
    require_scopes(application.site.kind, grant.scopes, wanted);
    return grant;
}

}  // namespace

DeviceCode start_device_flow(const Application& application, const std::vector<std::string>& scopes, const World& world,
                             const Interruption& interruption)
{
    const auto& site = application.site;
    const auto* path = site.kind == Kind::github ? "/login/device/code" : "/oauth/authorize_device";
    const auto exchange = detail::post_form(
        site, path, {{"client_id", application.client_id}, {"scope", join(scopes, " ")}}, world, interruption);
    if (exchange.response.status == 404) {
        throw Error(ErrorKind::unavailable,
                    "{} at '{}' has no device flow, or no application '{}': use a personal access token",
                    title(site.kind), site.host, printable_line(application.client_id))
            .with_hint(connect_command(site) + " --with-token");
    }
    const auto reply = detail::parse_reply(site, exchange);
    if (!reply.error.empty()) {
        throw detail::refusal_of(application, reply);
    }
    return device_code_of(site, reply);
}

Grant await_grant(const Application& application, const DeviceCode& code, const std::vector<std::string>& wanted,
                  const World& world, const Interruption& interruption)
{
    const auto deadline = world.patience.now() + code.expires_in;
    Pace pace(code.interval);
    while (true) {
        const auto left = std::chrono::duration_cast<milliseconds>(deadline - world.patience.now());
        const auto wait = pace.find_wait(left);
        world.patience.wait(wait.value_or(std::max(left, milliseconds(0))), interruption);
        if (!wait) {
            throw detail::refusal_of(application, {"expired_token", nlohmann::json::object()});
        }
        const auto reply = ask(application, code, world, interruption);
        if (!reply) {
            pace.not_answered();
            continue;
        }
        pace.answered();
        if (reply->error.empty()) {
            return checked(application, *reply, wanted, world.clock());
        }
        if (reply->error == "slow_down") {
            if (!pace.slow_down(reply->number("interval", 0))) {
                distrust(application.site, "asked to slow down more than {} times", most_slow_downs);
            }
        } else if (reply->error != "authorization_pending") {
            throw detail::refusal_of(application, *reply);
        }
    }
}

}  // namespace tinystacks::provider
