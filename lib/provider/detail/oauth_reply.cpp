#include "provider/detail/oauth_reply.hpp"

#include "base/text.hpp"
#include "provider/detail/api.hpp"

#include <algorithm>
#include <charconv>

namespace tinystacks::provider::detail {
namespace {

constexpr std::size_t longest_answer = std::size_t{64} << 10;

nlohmann::json members_of(const http::Exchange& exchange)
{
    const auto type = to_lower(exchange.response.find_header("content-type").value_or("application/json"));
    if (type.starts_with("application/x-www-form-urlencoded")) {
        auto members = nlohmann::json::object();
        for (const auto& [name, value] : http::parse_form(exchange.body)) {
            members[name] = value;
        }
        return members;
    }
    return type.find("json") == std::string::npos ? nlohmann::json() : parse_shallow(exchange.body);
}

Error again(ErrorKind kind, const Site& site, std::string_view why)
{
    return Error(kind, "{} at '{}': {}", title(site.kind), site.host, why).with_hint(connect_command(site));
}

Secret granted_token(const Site& site, const std::string& text)
{
    try {
        return parse_token(text);
    } catch (const Error& error) {
        throw Error(ErrorKind::failed, "{} at '{}' granted nothing that can be used: {}", title(site.kind), site.host,
                    error.message());
    }
}

}  // namespace

std::string OauthReply::text(const char* name) const
{
    return text_of(members, name);
}

long OauthReply::number(const char* name, long otherwise) const
{
    const auto found = members.find(name);
    if (found == members.end()) {
        return otherwise;
    }
    if (found->is_number_integer()) {
        return found->get<long>();
    }
    const auto written = text(name);
    long value = 0;
    const auto [end, failure] = std::from_chars(written.data(), written.data() + written.size(), value);
    return failure == std::errc() && end == written.data() + written.size() && !written.empty() ? value : otherwise;
}

http::Exchange post_form(const Site& site, std::string_view path, const http::Form& form, const World& world,
                         const Interruption& interruption)
{
    http::Request request;
    request.method = "POST";
    request.url = web_base(site) + std::string(path);
    request.headers = {{"Accept", "application/json"}, {"Content-Type", "application/x-www-form-urlencoded"}};
    request.body = http::form_encode(form);
    request.once = true;
    http::Exchange exchange;
    const auto keep = [&](std::string_view piece) {
        if (piece.size() > longest_answer - exchange.body.size()) {
            throw Error(ErrorKind::unavailable, "the answer of {} at '{}' is larger than {} bytes", title(site.kind),
                        site.host, longest_answer);
        }
        exchange.body += piece;
    };
    exchange.response = world.transport.send(request, keep, interruption);
    return exchange;
}

OauthReply parse_reply(const Site& site, const http::Exchange& exchange)
{
    const auto status = exchange.response.status;
    if (status >= 300 && status < 400) {
        throw Error(ErrorKind::failed,
                    "{} at '{}' answers with a redirect (HTTP {}), which is not followed: what is "
                    "sent is for that host alone",
                    title(site.kind), site.host, status);
    }
    OauthReply reply;
    reply.members = members_of(exchange);
    if (!reply.members.is_object()) {
        throw Error(status == 404 ? ErrorKind::unavailable : ErrorKind::failed,
                    "{} at '{}' answers with something else than JSON (HTTP {})", title(site.kind), site.host, status);
    }
    reply.error = reply.text("error");
    if (reply.error.empty() && status >= 400) {
        reply.error = fmt::format("HTTP {}", status);
    }
    return reply;
}

Grant grant_of(const Site& site, const OauthReply& reply, Time now)
{
    Grant grant;
    grant.access_token = granted_token(site, reply.text("access_token"));
    if (const auto refresh = reply.text("refresh_token"); !refresh.empty()) {
        grant.refresh_token = granted_token(site, refresh);
    }
    auto scopes = reply.text("scope");
    std::ranges::replace(scopes, ',', ' ');  // GitHub's way; RFC 6749 has blanks
    for (const auto scope : split(scopes, ' ')) {
        if (!scope.empty()) {
            grant.scopes.push_back(to_utf8(scope));
        }
    }
    constexpr long longest = 366L * 24 * 3600;
    if (const auto seconds = reply.number("expires_in", 0); seconds > 0) {
        grant.expires_at = now + std::chrono::seconds(std::min(seconds, longest));
    }
    return grant;
}

Error refusal_of(const Application& application, const OauthReply& reply)
{
    const auto& site = application.site;
    const auto& code = reply.error;
    if (code == "expired_token" || code == "token_expired") {  // GitHub's documentation has both
        return again(ErrorKind::failed, site, "the code has expired before it was used: begin again");
    }
    if (code == "access_denied") {
        return again(ErrorKind::not_allowed, site, "access was denied");
    }
    if (code == "invalid_grant" || code == "bad_refresh_token") {
        return again(ErrorKind::unauthenticated, site, "what was granted is good no longer: sign in again");
    }
    if (code == "device_flow_disabled" || code == "unauthorized_client") {
        return Error(ErrorKind::failed, "{} at '{}': the device flow is not enabled for this application",
                     title(site.kind), site.host)
            .with_hint(connect_command(site) + " --with-token");
    }
    if (code == "incorrect_client_credentials" || code == "invalid_client") {
        return Error(ErrorKind::failed, "{} at '{}' knows no application '{}'", title(site.kind), site.host,
                     printable_line(application.client_id))
            .with_hint("--client-id ID");
    }
    const auto words = reply.text("error_description");
    return Error(ErrorKind::failed, "{} at '{}' refuses: {}{}", title(site.kind), site.host, shown(code),
                 words.empty() ? "" : fmt::format(" ({})", shown(words)));
}

std::string_view token_path(const Site& site)
{
    return site.kind == Kind::github ? "/login/oauth/access_token" : "/oauth/token";
}

}  // namespace tinystacks::provider::detail
