#include "commands/commands.hpp"

#include "access.hpp"
#include "view/connection.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

namespace tinystacks::app::commands {
namespace {

view::Report run(Context& context)
{
    const auto& services = context.services;
    const auto store = connections(services);
    auto report = view::connection_list(store.list(), store.default_api().value_or(""), services.clock()());
    auto variables = nlohmann::json::array();
    const auto tell = [&](const std::string& variable, connection::Kind kind, const std::string& host) {
        report.notes.push_back(host.empty() ? variable + " is set: it wins over the tokens of every API"
                                            : fmt::format("{} is set: it is used for {}", variable, host));
        variables.push_back({{"variable", variable},
                             {"kind", to_string(kind)},
                             {"address", host.empty() ? nlohmann::json() : nlohmann::json(host)}});
    };
    if (const auto given = find_given_token(services)) {
        tell(given->variable, connection::Kind::api, {});
    }
    for (const auto kind : {provider::Kind::github, provider::Kind::gitlab}) {
        const provider::Site site{kind, given_host(services, kind)};
        if (const auto given = find_given_token(services, site)) {
            tell(given->variable, connection_kind(kind), site.host);
        }
    }
    (*report.result)["environment"] = std::move(variables);
    return report;
}

}  // namespace

void declare_connect_list(CLI::App& parent, const OnParsed& on_parsed)
{
    auto* command = parent.add_subcommand("list", "What is connected, and where its token rests.");
    command->callback([on_parsed] { on_parsed([](Context& context) { return run(context); }); });
}

}  // namespace tinystacks::app::commands
