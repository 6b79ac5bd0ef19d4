#include "commands/catalogue.hpp"
#include "view/source.hpp"

#include <CLI/CLI.hpp>

namespace tinystacks::app::commands {
namespace {

view::Report run(const OwnerOptions& options, Context& context)
{
    const auto& global = context.services.options();
    view::SourceList list(global.json || global.events);
    ask(plane(options, context), context, [&](control::Catalogue& catalogue) {
        catalogue.for_each_source([&](const source::Source& source) { list.add(source); });
    });
    return list.report();
}

}  // namespace

void declare_source_list(CLI::App& parent, const OnParsed& on_parsed)
{
    auto options = std::make_shared<OwnerOptions>();
    auto* command = parent.add_subcommand("list", "Code sources, and how their last checks went.");
    declare_group_option(*command, *options);
    command->callback(
        [options, on_parsed] { on_parsed([options](Context& context) { return run(*options, context); }); });
}

}  // namespace tinystacks::app::commands
