#include "registry/detail/session.hpp"

#include "base/base64.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "http/form.hpp"
#include "http/url.hpp"
#include "registry/detail/challenge.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace tinystacks::registry::detail {
namespace {

constexpr std::size_t body_limit = std::size_t{10} << 20;
constexpr std::size_t words_limit = 400;
/// The user name under which docker keeps a refresh token. Source: docker-credential-helpers, README.
constexpr std::string_view refresh_user = "<token>";

/// Docker Hub's registry has another address than its name. Source: docker's registry/config.go.
std::string address_of(const std::string& host)
{
    return host == "docker.io" || host == "index.docker.io" ? "registry-1.docker.io" : host;
}

std::string name_without_port(const std::string& host)
{
    return host.starts_with('[') ? host.substr(0, host.find(']') + 1) : host.substr(0, host.find(':'));
}

std::string basic(const Credentials& credentials)
{
    return "Basic " + to_base64(credentials.user + ":" + credentials.password.reveal());
}

/// Amazon's registries take a password that the AWS CLI makes; for all others docker asks.
std::string login_hint(const std::string& host)
{
    const auto parts = split(host, '.');  // 123456789012.dkr.ecr.us-east-1.amazonaws.com
    if (parts.size() >= 6 && parts[1] == "dkr" && parts[2] == "ecr") {
        return fmt::format("aws ecr get-login-password --region {} | docker login --username AWS --password-stdin {}",
                           parts[3], host);
    }
    return "docker login " + host;
}

/// What the registry says in its own error document, or nothing. Source: OCI Distribution Specification, "Error Codes".
std::string words_of(const std::string& body)
{
    const auto document = nlohmann::json::parse(body, nullptr, false);
    std::vector<std::string> words;
    if (document.is_object() && document.contains("errors") && document["errors"].is_array()) {
        for (const auto& error : document["errors"]) {
            if (error.is_object() && error.contains("message") && error["message"].is_string()) {
                words.push_back(error["message"].get<std::string>());
            }
        }
    }
    return printable(to_utf8(join(words, "; ").substr(0, words_limit)));
}

Error unauthenticated(const std::string& host, std::string_view why)
{
    return Error(ErrorKind::unauthenticated, "registry '{}' {}", host, why).with_hint(login_hint(host));
}

/// Bearer before Basic: where both are offered, a token gives less away.
std::optional<Challenge> choose_challenge(const http::Response& response)
{
    std::optional<Challenge> chosen;
    for (const auto& [name, value] : response.headers) {
        if (to_lower(name) != "www-authenticate") {
            continue;
        }
        for (auto& challenge : parse_challenges(value)) {
            if (challenge.scheme == "bearer" || (challenge.scheme == "basic" && !chosen)) {
                chosen = std::move(challenge);
            }
        }
    }
    return chosen;
}

std::string token_of(const std::string& body)
{
    const auto document = nlohmann::json::parse(body, nullptr, false);
    for (const auto* name : {"token", "access_token"}) {
        if (document.is_object() && document.contains(name) && document[name].is_string()) {
            return document[name].get<std::string>();
        }
    }
    return {};
}

/// What to ask a token server. Source: distribution/docs, "Token Authentication Specification", and for a refresh token
/// "Docker Registry v2 authentication using OAuth2".
http::Request token_request(const std::map<std::string, std::string>& challenge, const std::string& scope,
                            const std::optional<Credentials>& credentials)
{
    const auto find = [&](const char* name) {
        const auto found = challenge.find(name);
        return found == challenge.end() ? std::string() : found->second;
    };
    const auto service = find("service");
    http::Request request;
    request.url = find("realm");
    if (credentials && credentials->user == refresh_user) {
        request.method = "POST";
        request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
        request.body = http::form_encode({{"grant_type", "refresh_token"},
                                          {"client_id", "tinystacks"},
                                          {"service", service},
                                          {"scope", scope},
                                          {"refresh_token", credentials->password.reveal()}});
        return request;
    }
    if (!service.empty()) {
        request.url = http::with_query(request.url, "service", service);
    }
    for (const auto part : split(scope, ' ')) {
        request.url = http::with_query(request.url, "scope", part);
    }
    if (credentials) {
        request.headers = {{"Authorization", basic(*credentials)}};
    }
    return request;
}

}  // namespace

std::string pull_scope(const Repository& repository)
{
    return "repository:" + repository.name + ":pull";
}

std::string push_scope(const Repository& repository)
{
    return "repository:" + repository.name + ":pull,push";
}

Session::Session(http::Transport& transport, FindCredentials find_credentials)
    : transport_(transport), find_credentials_(std::move(find_credentials))
{}

std::string Session::url_of(const Repository& repository)
{
    const auto host = address_of(repository.host);
    const auto* scheme = http::is_loopback(name_without_port(host)) ? "http" : "https";
    return fmt::format("{}://{}/v2/{}", scheme, host, repository.name);
}

http::NamedBy Session::named_by(const std::string& host, std::string_view url)
{
    const auto origin = http::origin_of(url);
    const auto scheme = origin.find("://");
    const auto there = scheme == std::string::npos ? std::string() : origin.substr(scheme + 3);
    const bool own =
        there.find('@') == std::string::npos && name_without_port(there) == name_without_port(address_of(host));
    return own ? http::NamedBy::operator_ : http::NamedBy::server;
}

http::Response Session::send(const std::string& host, const std::string& scope, http::Request request,
                             const std::function<http::OnBody()>& start_body, const Interruption& interruption,
                             Retry retry)
{
    const auto headers = request.headers;
    for (const bool again : {false, true}) {
        request.headers = headers;
        if (const auto authorization = find_authorization(host, scope); !authorization.empty()) {
            request.headers.emplace_back("Authorization", authorization);
        }
        auto response = retry == Retry::yes ? http::send_with_retry(transport_, request, start_body, interruption)
                                            : transport_.send(request, start_body(), interruption);
        if (response.status != 401) {
            return response;
        }
        if (!again) {
            authorize(host, scope, response, interruption);
        }
    }
    throw unauthenticated(host, credentials_of(host) ? "does not accept the credentials that docker has stored for it"
                                                     : "wants to know who asks");
}

http::Exchange Session::ask(const std::string& host, const std::string& scope, http::Request request,
                            const Interruption& interruption, Retry retry)
{
    http::Exchange exchange;
    const auto start_body = [&] {
        exchange.body.clear();
        return http::keep_body(exchange.body, body_limit);
    };
    exchange.response = send(host, scope, std::move(request), start_body, interruption, retry);
    return exchange;
}

void Session::fail(const Repository& repository, std::string_view doing, const http::Exchange& exchange)
{
    const auto status = exchange.response.status;
    const auto words = words_of(exchange.body);
    const auto text = fmt::format("cannot {} in '{}': {} (HTTP {})", doing, repository.str(),
                                  words.empty() ? "the registry refuses" : words, status);
    if (status == 403) {  // Amazon's registry answers so when a login has expired
        throw Error(ErrorKind::not_allowed, "{}", text).with_hint(login_hint(repository.host));
    }
    const auto wait = http::find_retry_after(exchange.response, system_time());
    if (wait && *wait > std::chrono::seconds(0)) {
        throw Error(ErrorKind::failed, "{}", text)
            .with_hint(fmt::format("the registry asks to wait: try again in {}", to_short_text(*wait)));
    }
    throw Error(status == 404 ? ErrorKind::not_found : ErrorKind::failed, "{}", text);
}

std::string Session::find_authorization(const std::string& host, const std::string& scope) const
{
    for (const auto& key : {host + " " + scope, host}) {
        if (const auto found = authorizations_.find(key); found != authorizations_.end()) {
            return found->second.reveal();
        }
    }
    return {};
}

void Session::authorize(const std::string& host, const std::string& scope, const http::Response& response,
                        const Interruption& interruption)
{
    const auto challenge = choose_challenge(response);
    if (!challenge) {
        throw Error(ErrorKind::failed, "registry '{}' asks for credentials in a way we do not know", host);
    }
    if (challenge->scheme == "bearer") {
        authorizations_[host + " " + scope] =
            Secret("Bearer " + fetch_token(host, challenge->values, scope, interruption));
        return;
    }
    const auto& credentials = credentials_of(host);
    if (!credentials) {
        throw unauthenticated(host, "wants a user and a password, and docker has none stored for it");
    }
    authorizations_[host] = Secret(basic(*credentials));
}

std::string Session::fetch_token(const std::string& host, const std::map<std::string, std::string>& challenge,
                                 const std::string& scope, const Interruption& interruption)
{
    const auto& credentials = credentials_of(host);
    auto request = token_request(challenge, scope, credentials);
    request.named_by = named_by(host, request.url);
    http::Exchange exchange;
    try {
        exchange = http::fetch_with_retry(transport_, request, interruption, body_limit);  // refuses clear text abroad
    } catch (const Error& error) {
        throw error.while_doing(fmt::format("get a token for registry '{}'", host));
    }
    auto token = exchange.response.status == 200 ? token_of(exchange.body) : std::string();
    if (!token.empty()) {
        return token;
    }
    if (const auto status = exchange.response.status; status == 429 || status >= 500) {
        throw Error(ErrorKind::failed, "the token server of registry '{}' fails (HTTP {})", host, status);
    }
    throw unauthenticated(host, credentials ? "does not accept the credentials that docker has stored for it"
                                            : "gives no token to somebody it does not know");
}

const std::optional<Credentials>& Session::credentials_of(const std::string& host)
{
    auto found = credentials_.find(host);
    if (found == credentials_.end()) {
        found = credentials_.emplace(host, find_credentials_ ? find_credentials_(host) : std::nullopt).first;
    }
    return found->second;
}

}  // namespace tinystacks::registry::detail
