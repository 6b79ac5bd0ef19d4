#include "aws/metadata_keys.hpp"

#include "aws/detail/environment.hpp"
#include "aws/detail/json.hpp"
#include "aws/detail/key_json.hpp"
#include "aws/endpoint.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "http/url.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace tinystacks::aws {
namespace {

using namespace std::chrono_literals;
using detail::value_of;

constexpr std::size_t answer_limit = 64 << 10;
constexpr const char* container = "container credentials";
constexpr const char* instance = "instance metadata";

/// A whole number of `least` to `most`, else `usual`.
int number_of(const std::map<std::string, std::string>& environment, const char* name, int usual, int least, int most)
{
    const auto text = value_of(environment, name);
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() ? std::clamp(number, least, most) : usual;
}

void require_allowed(const std::string& url, const char* variable)
{
    if (!may_ask_for_keys(url)) {
        throw Error(ErrorKind::not_allowed,
                    "{} is '{}': keys are asked for by https, or at this machine's and AWS's own addresses", variable,
                    printable(url));
    }
}

}  // namespace

bool may_ask_for_keys(std::string_view url)
{
    const bool odd = std::ranges::any_of(url, [](unsigned char c) { return c <= ' ' || c >= 0x7F || c == '@'; });
    if (odd) {
        return false;
    }
    if (url.starts_with("https://")) {
        return !host_of(url).empty();
    }
    const auto host = url.starts_with("http://") ? host_of(url) : std::string();
    return http::is_loopback(host) || http::is_credentials_endpoint(host);
}

ContainerKeys::ContainerKeys(http::Transport& transport, const std::map<std::string, std::string>& environment,
                             http::Patience patience)
    : transport_(transport), patience_(std::move(patience)),
      url_(value_of(environment, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")),
      token_(value_of(environment, "AWS_CONTAINER_AUTHORIZATION_TOKEN")),
      token_file_(value_of(environment, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"))
{
    if (url_.empty()) {
        url_ = value_of(environment, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
    } else {
        url_ = "http://169.254.170.2" + std::string(url_.starts_with('/') ? "" : "/") + url_;
    }
}

bool ContainerKeys::is_configured(const std::map<std::string, std::string>& environment)
{
    return !value_of(environment, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI").empty() ||
           !value_of(environment, "AWS_CONTAINER_CREDENTIALS_FULL_URI").empty();
}

Credentials ContainerKeys::get(const Interruption& interruption)
{
    constexpr int tries = 3;
    require_allowed(url_, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
    http::Request request{.url = url_, .headers = {{"Accept", "application/json"}}};
    request.timeout = 2s;
    request.clear_text = http::ClearText::credentials_endpoint;
    // Read each time: the agent of EKS writes a new one before the old expires.
    if (const auto token = token_file_.empty() ? token_ : read_file(token_file_, answer_limit); !token.empty()) {
        request.headers.emplace_back("Authorization", token);
    }
    for (int made = 1;; ++made) {
        std::string why;
        try {
            const auto answer = http::fetch(transport_, request, interruption, answer_limit);
            const auto object = detail::find_json_object(answer.body);
            if (answer.response.status == 200 && object) {
                return detail::read_keys(*object, "Token", container);
            }
            why = answer.response.status == 200 ? "the answer is no JSON object"
                                                : fmt::format("HTTP status {}", answer.response.status);
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::failed) {
                throw error.while_doing(container);
            }
            why = error.message();
        }
        if (made == tries) {
            throw Error(ErrorKind::unauthenticated, "{}: {}", container, why);
        }
        patience_.wait(1s, interruption);
    }
}

InstanceKeys::InstanceKeys(http::Transport& transport, const std::map<std::string, std::string>& environment)
    : transport_(transport), url_(value_of(environment, "AWS_EC2_METADATA_SERVICE_ENDPOINT")),
      timeout_(std::chrono::seconds(number_of(environment, "AWS_METADATA_SERVICE_TIMEOUT", 1, 1, 60))),
      attempts_(number_of(environment, "AWS_METADATA_SERVICE_NUM_ATTEMPTS", 1, 1, 10))
{
    const bool six = to_lower(value_of(environment, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE")) == "ipv6";
    if (url_.empty()) {
        url_ = six ? "http://[fd00:ec2::254]" : "http://169.254.169.254";
    }
    while (url_.ends_with('/')) {
        url_.pop_back();
    }
}

bool InstanceKeys::is_disabled(const std::map<std::string, std::string>& environment)
{
    return to_lower(value_of(environment, "AWS_EC2_METADATA_DISABLED")) == "true";
}

std::string InstanceKeys::ask(const std::string& method, const std::string& path, http::Headers headers,
                              const Interruption& interruption)
{
    http::Request request{.method = method, .url = url_ + path, .headers = std::move(headers)};
    request.timeout = timeout_;
    request.clear_text = http::ClearText::credentials_endpoint;
    std::string why;
    for (int made = 0; made < attempts_; ++made) {
        try {
            auto answer = http::fetch(transport_, request, interruption, answer_limit);
            if (answer.response.status == 200 && !answer.body.empty()) {
                return std::move(answer.body);
            }
            why = answer.response.status == 404 && method == "GET"
                      ? "this instance has no role"
                      : fmt::format("HTTP status {} for {}", answer.response.status, path);
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::failed) {
                throw error.while_doing(instance);
            }
            why = error.message();
        }
    }
    throw Error(ErrorKind::unauthenticated, "{}: {}", instance, why);
}

Credentials InstanceKeys::get(const Interruption& interruption)
{
    const std::string roles = "/latest/meta-data/iam/security-credentials/";
    require_allowed(url_, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
    const auto token =
        ask("PUT", "/latest/api/token", {{"X-aws-ec2-metadata-token-ttl-seconds", "21600"}}, interruption);
    const http::Headers with_token = {{"X-aws-ec2-metadata-token", std::string(trim(token))}};
    const auto role = std::string(trim(ask("GET", roles, with_token, interruption)));
    const auto object =
        detail::find_json_object(ask("GET", roles + http::percent_encode(role), with_token, interruption));
    if (!object) {
        throw Error(ErrorKind::unauthenticated, "{}: the answer is no JSON object", instance);
    }
    if (const auto code = detail::text_of(*object, {"Code"}); !code.empty() && code != "Success") {
        throw Error(ErrorKind::unauthenticated, "{}: {} ({})", instance,
                    printable(detail::text_of(*object, {"Message"})), printable(code));
    }
    return detail::read_keys(*object, "Token", instance);
}

}  // namespace tinystacks::aws
