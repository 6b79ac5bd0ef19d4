#include "commands/connect/connect.hpp"
#include "commands/values.hpp"

#include "access.hpp"
#include "watch.hpp"

#include "api/catalogue.hpp"
#include "source/name.hpp"

#include <CLI/CLI.hpp>

namespace tinystacks::app::commands {
namespace {

struct Options {
    std::string url;
    std::string group;
    bool with_token = false;
    bool make_default = false;
};

/// Throws what the server says unless it is a TinyStacks API that takes the token, which is sent only to what answers
/// /ping.
void verify(const api::Server& server, const Services& services, const Interruption& interruption)
{
    const auto transport = services.make_transport();
    const api::Server stranger{server.url, {}, {}};
    api::Session unknown(*transport, stranger);
    api::Catalogue(unknown, interruption).ping();
    api::Session known(*transport, server);
    api::Catalogue(known, interruption).for_each_source([](const source::Source&) {});
}

view::Report run(const Options& options, Context& context)
{
    const auto url = connection::normalised_url(options.url);
    if (!options.group.empty()) {
        source::check_existing_name("group", options.group);
    }
    refuse_to_store_beside(find_given_token(context.services), url);
    const auto token = read_token(options.with_token, fmt::format("Token for {}", url), context);
    const api::Server server{url, token, options.group};
    interruptible(context.err, [&](const Interruption& interruption) {
        try {
            verify(server, context.services, interruption);
        } catch (const Error& error) {
            throw error.while_doing("nothing is stored");
        }
    });
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
