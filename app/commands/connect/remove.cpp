#include "commands/connect/connect.hpp"
#include "commands/values.hpp"

#include "access.hpp"
#include "view/connection.hpp"
#include "watch.hpp"

#include "base/text.hpp"
#include "provider/oauth.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

namespace tinystacks::app::commands {
namespace {

struct Options {
    std::string which;
};

/// Those of a kind, of an address, or of both: KIND/ADDRESS.
std::vector<connection::Connection> matches(const std::string& which, const connection::Store& store)
{
    const auto slash = which.find('/');
    const auto kind = connection::find_kind(which.substr(0, slash));
    const auto rest = !kind ? which : slash == std::string::npos ? std::string() : which.substr(slash + 1);
    const auto address = rest.find("://") == std::string::npos ? to_lower(rest) : connection::normalised_url(rest);
    auto all = store.list();
    std::erase_if(all, [&](const connection::Connection& each) {
        return (kind && each.kind != *kind) || (!address.empty() && each.address != address);
    });
    return all;
}

connection::Connection choose(const std::string& which, const connection::Store& store)
{
    const auto found = matches(which, store);
    if (found.empty()) {
        throw Error(ErrorKind::not_found, "nothing is connected as '{}'", printable_line(which))
            .with_hint("tinystacks connect list");
    }
    if (found.size() > 1) {
        std::vector<std::string> ways;
        for (const auto& each : found) {
            ways.push_back(fmt::format("{}/{}", to_string(each.kind), printable_line(each.address)));
        }
        throw Error(ErrorKind::conflict, "'{}' is connected {} times: {}", printable_line(which), found.size(),
                    enumerate(ways))
            .with_hint("tinystacks connect remove " + ways.front());
    }
    return found.front();
}

/// What becomes of the token at who gave it. Whatever that is, the connection goes.
provider::Revocation revoke(const connection::Connection& connection, const connection::Store& store,
                            const Services& services, const Interruption& interruption)
{
    const auto kind = find_provider_kind(connection.kind);
    if (!kind) {
        return {};
    }
    try {
        const auto tokens = store.find_tokens(connection);
        if (!tokens) {
            return {false, "its token was gone from where it was kept, and was not revoked"};
        }
        const auto transport = services.make_transport();
        return provider::revoke({{*kind, connection.address}, connection.client_id}, tokens->access,
                                {*transport, services.clock()}, interruption);
    } catch (const Error& error) {
        return {false, error.hint().empty() ? error.message() : fmt::format("{}: {}", error.message(), error.hint())};
    }
}

view::Report run(const Options& options, Context& context)
{
    const auto& services = context.services;
    auto store = connections(services);
    const auto connection = choose(options.which, store);
    const auto default_api = store.default_api().value_or("");
    const auto revocation = interruptible(context.err, [&](const Interruption& interruption) {
        return revoke(connection, store, services, interruption);
    });
    store.remove(connection);
    view::Report report;
    report.text = fmt::format("removed: {}{}\n", view::line_of(connection, default_api),
                              revocation.revoked ? "; its token is revoked" : "");
    auto advice = nlohmann::json();
    if (!revocation.advice.empty()) {
        advice = fmt::format("the token itself is still good; {}", revocation.advice);
        report.notes.push_back(advice.get<std::string>());
    }
    if (connection.kind == connection::Kind::api && connection.address == default_api) {
        report.notes.emplace_back("there is no default API any more: the control plane is embedded");
    }
    (*report.result)["connection"] = view::connection_json(connection, default_api);
    (*report.result)["revoked"] = revocation.revoked;
    (*report.result)["advice"] = std::move(advice);
    return report;
}

}  // namespace

void declare_connect_remove(CLI::App& parent, const OnParsed& on_parsed)
{
    auto options = std::make_shared<Options>();
    auto* command =
        parent.add_subcommand("remove", "Forget a connection, and revoke its token where that can be done.");
    command
        ->add_option("which", options->which,
                     "github, gitlab, aws or api where there is one; else its URL, host or account.")
        ->required()
        ->type_name("KIND_OR_URL")
        ->check(offer({"api", "aws", "github", "gitlab"}))
        ->check(a_value());
    command->callback(
        [options, on_parsed] { on_parsed([options](Context& context) { return run(*options, context); }); });
}

}  // namespace tinystacks::app::commands
