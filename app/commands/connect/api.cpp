#include "commands/connect/connect.hpp"
#include "commands/values.hpp"

#include "access.hpp"

#include "base/text.hpp"
#include "http/retry.hpp"
#include "http/url.hpp"

#include <CLI/CLI.hpp>

namespace tinystacks::app::commands {
namespace {

struct Options {
    std::string url;
    std::string group;
    bool with_token = false;
    bool make_default = false;
};

struct Answered {
    int status = 0;
    std::string beginning;  ///< of the body: enough to see what it is
};

Answered get(http::Transport& transport, const std::string& url, const http::Headers& headers)
{
    constexpr std::size_t enough = 1024;
    http::Request request;
    request.url = url;
    request.headers = headers;
    Answered answered;
    const auto start_body = [&]() -> http::OnBody {
        answered.beginning.clear();
        return [&](std::string_view piece) {
            answered.beginning += piece.substr(0, enough - std::min(enough, answered.beginning.size()));
        };
    };
    answered.status = http::send_with_retry(transport, request, start_body).status;
    return answered;
}

/// Throws Error{failed} for what is no TinyStacks API, Error{unauthenticated} and Error{not_allowed} when it does not
/// take the token, which is sent only to what answers /ping.
void verify(const std::string& url, const Secret& token, const std::string& group, http::Transport& transport)
{
    const auto no_api = [&](std::string_view path, int status) {
        const bool redirect = status >= 300 && status < 400;
        return Error(ErrorKind::failed, "'{}' does not answer as a TinyStacks API: GET {} gave HTTP {}{}", url, path,
                     status, redirect ? ", a redirect, which is not followed" : "");
    };
    const auto ping = get(transport, http::join_url(url, "/ping"), {}).status;
    if (ping != 200) {
        throw no_api("/ping", ping);
    }
    constexpr std::string_view sources = "/infrastructure-code-sources";
    http::Headers headers = {{"Accept", "application/json"}, {"Authorization", "Bearer " + token.reveal()}};
    if (!group.empty()) {
        headers.emplace_back("group", group);
    }
    const auto answered = get(transport, http::join_url(url, sources), headers);
    if (answered.status == 401) {
        throw Error(ErrorKind::unauthenticated, "'{}' does not accept the token (HTTP 401): nothing is stored", url)
            .with_hint(fmt::format("tinystacks connect api {}", url));
    }
    if (answered.status == 403) {
        throw Error(ErrorKind::not_allowed, "'{}' does not let the token in{} (HTTP 403): nothing is stored", url,
                    group.empty() ? "" : fmt::format(" as group '{}'", printable(group)));
    }
    if (answered.status != 200 || !trim(answered.beginning).starts_with('[')) {
        throw no_api(sources, answered.status);
    }
}

view::Report run(const Options& options, Context& context)
{
    const auto url = connection::normalised_url(options.url);
    refuse_to_store_beside(find_given_token(context.services), url);
    const auto token = read_token(options.with_token, fmt::format("Token for {}", url), context);
    verify(url, token, options.group, *context.services.make_transport());
    connection::Connection connection;
    connection.kind = connection::Kind::api;
    connection.address = url;
    connection.group = options.group;
    return store_connection(std::move(connection), {token, {}}, context,
                            options.make_default ? Preference::this_one : Preference::keep);
}

}  // namespace

void declare_connect_api(CLI::App& parent, const OnParsed& on_parsed)
{
    auto options = std::make_shared<Options>();
    auto* command = parent.add_subcommand("api", "A server that speaks the TinyStacks API.");
    command->add_option("url", options->url, "Its base URL.")->required()->type_name("URL")->check(a_value());
    command->add_option("--group", options->group, "Whose sources and stacks are meant there, besides one's own.")
        ->type_name("NAME")
        ->check(a_value());
    command->add_flag("--default", options->make_default,
                      "Use it where neither --control, TINYSTACKS_CONTROL nor tinystacks.yml says which.");
    declare_token_flag(*command, options->with_token);
    command->callback(
        [options, on_parsed] { on_parsed([options](Context& context) { return run(*options, context); }); });
}

}  // namespace tinystacks::app::commands
