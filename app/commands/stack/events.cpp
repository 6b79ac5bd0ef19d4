#include "commands/catalogue.hpp"
#include "commands/values.hpp"
#include "view/stack.hpp"

#include <CLI/CLI.hpp>

namespace tinystacks::app::commands {
namespace {

struct Options : OwnerOptions {
    std::string name;
    std::string deployment;
};

view::Report run(const Options& options, Context& context)
{
    return ask_about(plane(options, context), context, Thing::stack, options.name, [&](control::Catalogue& catalogue) {
        return options.deployment.empty() ? view::events_result(catalogue.events(options.name))
                                          : view::deployment_events_result(catalogue.deployment_events(
                                                options.name, options.deployment, options.customer));
    });
}

}  // namespace

void declare_stack_events(CLI::App& parent, const OnParsed& on_parsed)
{
    auto options = std::make_shared<Options>();
    auto* command = parent.add_subcommand("events", "What people changed of a stack; or what a deployment did.");
    declare_name(*command, options->name, Thing::stack);
    declare_group_option(*command, *options);
    auto* deployment = command->add_option("--deployment", options->deployment, "What this deployment did.")
                           ->type_name("ID")
                           ->check(a_value());
    declare_customer_option(*command, *options);
    command->get_option("--customer")->needs(deployment);
    command->callback(
        [options, on_parsed] { on_parsed([options](Context& context) { return run(*options, context); }); });
}

}  // namespace tinystacks::app::commands
