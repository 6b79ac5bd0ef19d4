#include "commands/connect/connect.hpp"
#include "commands/values.hpp"

#include "access.hpp"
#include "watch.hpp"

#include "base/text.hpp"
#include "provider/oauth.hpp"

#include <CLI/CLI.hpp>
#include <unistd.h>

namespace tinystacks::app::commands {
namespace {

using provider::Kind;

struct Options {
    Kind kind = Kind::github;
    std::string host;
    std::string client_id;
    std::string scopes;
    bool with_token = false;
};

/// The application that asks to be let in: a flag, a variable, else who built this program, for the public site.
std::string find_client_id(const Options& options, const provider::Site& site, const Services& services)
{
    const bool github = options.kind == Kind::github;
    const auto given = services.variable(github ? "TINYSTACKS_GITHUB_CLIENT_ID" : "TINYSTACKS_GITLAB_CLIENT_ID");
    if (!options.client_id.empty() || !given.empty()) {
        return options.client_id.empty() ? given : options.client_id;
    }
    const std::string built_in = github ? TS_GITHUB_CLIENT_ID : TS_GITLAB_CLIENT_ID;
    return site == provider::public_site(site.kind) ? built_in : std::string();
}

std::vector<std::string> wanted_scopes(const Options& options)
{
    if (options.scopes.empty()) {
        return provider::scopes_for(options.kind, provider::Use::read);
    }
    std::vector<std::string> scopes;
    for (const auto scope : split(options.scopes, ',')) {
        if (!trim(scope).empty()) {
            scopes.emplace_back(trim(scope));
        }
    }
    return scopes;
}

provider::Grant grant_on_device(const provider::Application& application, const std::vector<std::string>& scopes,
                                const provider::World& world, Context& context)
{
    return interruptible(context.err, [&](const Interruption& interruption) {
        const auto code = provider::start_device_flow(application, scopes, world, interruption);
        context.err.write(fmt::format("{} at {} is asked for: {}\nopen  {}\ntype  {}\n", title(application.site.kind),
                                      application.site.host, join(scopes, ", "), code.verification_uri,
                                      code.user_code));
        return provider::await_grant(application, code, scopes, world, interruption);
    });
}

provider::Grant get_grant(const Options& options, const provider::Application& application,
                          const std::vector<std::string>& scopes, const provider::World& world, Context& context)
{
    if (!options.with_token && !application.client_id.empty()) {
        return grant_on_device(application, scopes, world, context);
    }
    if (!options.with_token && ::isatty(STDIN_FILENO) != 1) {
        throw Error(ErrorKind::usage,
                    "no application of {} is known to ask with, and there is no terminal to ask for a "
                    "token",
                    application.site.host)
            .with_hint(provider::connect_command(application.site) + " --with-token < FILE, or give --client-id");
    }
    provider::Grant grant;
    grant.access_token = read_token(
        options.with_token, fmt::format("Token for {} ({})", application.site.host, join(scopes, ", ")), context);
    return grant;
}

view::Report run(const Options& options, Context& context)
{
    const auto& services = context.services;
    const auto site =
        options.host.empty() ? provider::public_site(options.kind) : provider::parse_site(options.kind, options.host);
    refuse_to_store_beside(find_given_token(services, site), site.host);
    const auto transport = services.make_transport();
    const provider::World world{*transport, services.clock()};
    const auto scopes = wanted_scopes(options);
    const provider::Application application{site, options.with_token ? std::string()
                                                                     : find_client_id(options, site, services)};
    const auto grant = get_grant(options, application, scopes, world, context);
    const auto account = interruptible(context.err, [&](const Interruption& interruption) {
        return provider::make_client(site, grant.access_token, world)->verify(interruption);
    });
    if (account.scopes) {
        provider::require_scopes(options.kind, *account.scopes, scopes);
    }
    connection::Connection connection;
    connection.kind = connection_kind(options.kind);
    connection.address = site.host;
    connection.account = account.login;
    connection.scopes = account.scopes;
    if (!account.scopes && !grant.scopes.empty()) {
        connection.scopes = grant.scopes;
    }
    connection.expires_at = grant.expires_at ? grant.expires_at : account.expires_at;
    connection.client_id = application.client_id;
    auto report = store_connection(std::move(connection), {grant.access_token, grant.refresh_token}, context);
    if (!account.scopes) {
        report.notes.push_back(fmt::format("{} does not tell what this token may do: a repository that it may not see "
                                           "shows as missing",
                                           title(options.kind)));
    }
    return report;
}

}  // namespace

void declare_connect_provider(CLI::App& parent, provider::Kind kind, const OnParsed& on_parsed)
{
    auto options = std::make_shared<Options>();
    options->kind = kind;
    const auto word = std::string(to_string(kind));
    auto* command = parent.add_subcommand(
        word, fmt::format("{}, by a code that you type there or by a token of yours.", title(kind)));
    command->add_option("--host", options->host, fmt::format("A server of your own instead of {}.com.", word))
        ->type_name("HOST")
        ->check(a_value());
    auto* client = command->add_option("--client-id", options->client_id, "The OAuth application that asks.")
                       ->type_name("ID")
                       ->check(a_value());
    command
        ->add_option("--scopes", options->scopes,
                     fmt::format("What to ask for, with commas between ({}).",
                                 join(provider::scopes_for(kind, provider::Use::read), ",")))
        ->type_name("LIST")
        ->check(a_value());
    declare_token_flag(*command, options->with_token);
    client->excludes("--with-token");
    command->callback(
        [options, on_parsed] { on_parsed([options](Context& context) { return run(*options, context); }); });
}

}  // namespace tinystacks::app::commands
