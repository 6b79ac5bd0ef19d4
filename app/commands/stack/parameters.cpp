#include "commands/payload.hpp"
#include "view/source.hpp"

#include "base/text.hpp"
#include "contract/contract.hpp"
#include "document/json.hpp"

#include <CLI/CLI.hpp>

namespace tinystacks::app::commands {
namespace {

struct Options : OwnerOptions {
    std::string name;
    ParameterOptions parameters;
};

view::Report set(const Options& options, const stack::Stack& stack, control::Catalogue& catalogue,
                 const Services& services)
{
    stack::ParameterChange change;
    change.parameters = read_parameters(options.parameters, definitions_of(stack, catalogue), Complete::no, services);
    return changed(
        [&] {
            catalogue.set_stack_parameters(options.name, change, options.customer);
            auto shown = change;
            for (auto& each : shown.parameters) {
                if (parameter::find_type(each.type) == parameter::Type::secret) {
                    each.value = document::make_string("***");
                }
            }
            auto report = view::parameters_result(shown.parameters, contract::write(shown));
            report.notes.push_back(
                fmt::format("next: tinystacks deploy --stack {} --stage NAME", shell_quote(options.name)));
            return report;
        },
        "tinystacks stack parameters " + shell_quote(options.name));
}

view::Report run(const Options& options, Context& context)
{
    auto& keeper = plane(options, context);
    const bool reads = options.parameters.assignments.empty() && options.parameters.file.empty();
    if (!reads) {
        announce_change(context, keeper, fmt::format("change parameters of stack {}", options.name));
    }
    return ask_about(keeper, context, Thing::stack, options.name, [&](control::Catalogue& catalogue) {
        const auto stack = catalogue.stack(options.name, options.customer);
        return reads ? view::parameters_result(stack.parameters, contract::write(stack))
                     : set(options, stack, catalogue, context.services);
    });
}

}  // namespace

void declare_stack_parameters(CLI::App& parent, const OnParsed& on_parsed)
{
    auto options = std::make_shared<Options>();
    auto* command =
        parent.add_subcommand("parameters", "A stack's parameters; or change them for its next deployment.");
    declare_name(*command, options->name, Thing::stack);
    declare_parameter_options(*command, options->parameters);
    declare_group_option(*command, *options);
    declare_customer_option(*command, *options);
    command->callback(
        [options, on_parsed] { on_parsed([options](Context& context) { return run(*options, context); }); });
}

}  // namespace tinystacks::app::commands
