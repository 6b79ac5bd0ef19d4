#include "commands/commands.hpp"

#include "access.hpp"
#include "view/connection.hpp"

#include <CLI/CLI.hpp>

namespace tinystacks::app::commands {
namespace {

view::Report run(Context& context)
{
    const auto& services = context.services;
    const auto store = connections(services);
    auto report = view::connection_list(store.list(), store.default_api().value_or(""), services.clock()());
    if (const auto given = find_given_token(services)) {
        report.notes.push_back(fmt::format("{} is set: it wins over the tokens of every API", given->variable));
    }
    for (const auto kind : {provider::Kind::github, provider::Kind::gitlab}) {
        const provider::Site site{kind, given_host(services, kind)};
        if (const auto given = find_given_token(services, site)) {
            report.notes.push_back(fmt::format("{} is set: it is used for {}", given->variable, site.host));
        }
    }
    return report;
}

}  // namespace

void declare_connect_list(CLI::App& parent, const OnParsed& on_parsed)
{
    auto* command = parent.add_subcommand("list", "What is connected, and where its token rests.");
    command->callback([on_parsed] { on_parsed([](Context& context) { return run(context); }); });
}

}  // namespace tinystacks::app::commands
