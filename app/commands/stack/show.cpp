#include "commands/catalogue.hpp"
#include "commands/values.hpp"
#include "view/stack.hpp"

#include <CLI/CLI.hpp>

namespace tinystacks::app::commands {
namespace {

struct Options : OwnerOptions {
    std::string name;
    std::string user;
};

view::Report run(const Options& options, Context& context)
{
    return ask_about(plane(options, context), context, Thing::stack, options.name, [&](control::Catalogue& catalogue) {
        return options.user.empty() ? view::stack_result(catalogue.stack(options.name, options.customer))
                                    : view::user_stack_result(catalogue.user_stack(options.name, options.user));
    });
}

}  // namespace

void declare_stack_show(CLI::App& parent, const OnParsed& on_parsed)
{
    auto options = std::make_shared<Options>();
    auto* command = parent.add_subcommand("show", "A stack, its stages and its parameters.");
    declare_name(*command, options->name, Thing::stack);
    declare_group_option(*command, *options);
    declare_customer_option(*command, *options);
    command->add_option("--user", options->user, "The stack of this user of your code source, in brief.")
        ->type_name("ID")
        ->check(a_value())
        ->excludes(command->get_option("--customer"));
    command->callback(
        [options, on_parsed] { on_parsed([options](Context& context) { return run(*options, context); }); });
}

}  // namespace tinystacks::app::commands
