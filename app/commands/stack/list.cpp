#include "commands/catalogue.hpp"
#include "commands/values.hpp"
#include "view/stack.hpp"

#include <CLI/CLI.hpp>

namespace tinystacks::app::commands {
namespace {

struct Options : OwnerOptions {
    std::string source;
    std::string source_owner;
};

view::Report run(const Options& options, Context& context)
{
    const auto& global = context.services.options();
    view::StackList list(global.json || global.events);
    ask(plane(options, context), context, [&](control::Catalogue& catalogue) {
        catalogue.for_each_stack({options.source_owner, options.source, options.customer},
                                 [&](const stack::Stack& stack) { list.add(stack); });
    });
    return list.report();
}

}  // namespace

void declare_stack_list(CLI::App& parent, const OnParsed& on_parsed)
{
    auto options = std::make_shared<Options>();
    auto* command = parent.add_subcommand("list", "Stacks and their status.");
    declare_group_option(*command, *options);
    declare_customer_option(*command, *options);
    command->add_option("--source", options->source, "Only those made from this code source.")
        ->type_name("NAME")
        ->check(name_of("sources"));
    command->add_option("--source-owner", options->source_owner, "Only those made from a code source of this owner.")
        ->type_name("OWNER")
        ->check(a_value());
    command->callback(
        [options, on_parsed] { on_parsed([options](Context& context) { return run(*options, context); }); });
}

}  // namespace tinystacks::app::commands
