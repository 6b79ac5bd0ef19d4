#include "commands/payload.hpp"
#include "commands/stack/change.hpp"
#include "commands/values.hpp"

#include "base/text.hpp"
#include "contract/contract.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <iterator>

namespace tinystacks::app::commands {
namespace {

struct Options : OwnerOptions {
    std::string name;
    std::string file;
    std::string version;
    std::vector<std::string> stages;
    ParameterOptions parameters;
    WatchFlags watch;
};

/// The stack as it is, or as the file has it.
stack::Stack read(const Options& options, control::Catalogue& catalogue, const Services& services)
{
    auto current = catalogue.stack(options.name, {});
    if (options.file.empty()) {
        return current;
    }
    auto payload = read_payload(options.file, "stack", services).root;
    if (payload.is_mapping()) {
        fill_in(payload, "name", options.name);
    }
    auto stack = contract::read<stack::Stack>(payload);
    if (stack.name != options.name) {
        throw Error(ErrorKind::conflict, "the file is about stack '{}', not '{}'", printable(stack.name),
                    printable(options.name))
            .with_hint(corrected(services.options().line, options.name, stack.name, "tinystacks stack list"));
    }
    return stack;
}

/// `stage` in the place of one of its name, else behind all others.
void set_stage(stack::Stack& stack, stack::Stage stage)
{
    const auto found = std::ranges::find(stack.stages, stage.name, &stack::Stage::name);
    if (found == stack.stages.end()) {
        stack.stages.push_back(std::move(stage));
        return;
    }
    found->region = stage.region;
    if (!stage.account_id.empty()) {
        found->account_id = stage.account_id;
    }
}

void set_parameters(stack::Stack& stack, std::vector<parameter::Definition> given)
{
    for (auto& parameter : given) {
        const auto found = std::ranges::find(stack.parameters, parameter.name, &parameter::Definition::name);
        if (found == stack.parameters.end()) {
            stack.parameters.push_back(std::move(parameter));
        } else {
            found->value = std::move(parameter.value);
        }
    }
}

/// Throws Error{invalid_input} with every value that is none of its parameter's type. What the code source does not
/// know any more is left to the server.
void check_values(const stack::Stack& stack, const std::vector<parameter::Definition>& definitions)
{
    std::vector<Problem> problems;
    for (const auto& each : stack.parameters) {
        const auto* definition = parameter::find(definitions, each.name);
        if (definition != nullptr && each.value) {
            std::ranges::move(parameter::find_problems(*definition, *each.value), std::back_inserter(problems));
        }
    }
    if (!problems.empty()) {
        throw Error::invalid(std::move(problems));
    }
}

stack::Stack changed_stack(const Options& options, const std::vector<stack::Stage>& stages,
                           control::Catalogue& catalogue, const Services& services)
{
    auto stack = read(options, catalogue, services);
    for (const auto& stage : stages) {
        set_stage(stack, stage);
    }
    if (!stack.source) {
        stack.source = stack::SourceReference{};
    }
    if (!options.version.empty()) {
        stack.source->target_version = options.version;
    }
    const auto& given = options.parameters;
    const bool sets = !given.assignments.empty() || !given.file.empty();
    const bool has_source = stack.source && !stack.source->name.empty();
    if (sets || (!options.file.empty() && has_source)) {
        const auto definitions = definitions_of(stack, catalogue);
        if (sets) {
            set_parameters(stack, read_parameters(given, definitions, Complete::no, services));
        }
        check_values(stack, definitions);
    }
    return stack;
}

view::Report run(const Options& options, Context& context)
{
    const auto stages = parse_stages(options.stages);
    const auto& given = options.parameters;
    if (options.file.empty() && options.version.empty() && stages.empty() && given.assignments.empty() &&
        given.file.empty()) {
        throw Error(ErrorKind::usage, "nothing is said that is to change of stack '{}'", printable(options.name))
            .with_hint("tinystacks stack update --help");
    }
    const auto watch = watch_of(options.watch, context.services);
    auto& keeper = plane(options, context);
    const auto stack = ask_about(keeper, context, Thing::stack, options.name, [&](control::Catalogue& catalogue) {
        return changed_stack(options, stages, catalogue, context.services);
    });
    announce_change(context, keeper,
                    fmt::format("update stack {}{}{}", options.name, options.version.empty() ? "" : " to version ",
                                options.version));
    return carry_out_stack_change({control::StackRequest::Change::update, stack, {}, {}, watch}, keeper, "updated",
                                  context);
}

}  // namespace

void declare_stack_update(CLI::App& parent, const OnParsed& on_parsed)
{
    auto options = std::make_shared<Options>();
    auto* command = parent.add_subcommand("update", "Change a stack: its version, stages, parameters; and deploy it.");
    declare_name(*command, options->name, Thing::stack);
    command->add_option("--file", options->file, "The stack as `stack show --json` has it; - for standard input.")
        ->type_name("FILE")
        ->check(a_file());
    command->add_option("--version", options->version, "A published version of its code source.")
        ->type_name("VERSION")
        ->check(a_value());
    declare_stage_arguments(*command, options->stages);
    declare_parameter_options(*command, options->parameters);
    declare_group_option(*command, *options);
    declare_watch_flags(*command, options->watch, "its deployment");
    command->callback(
        [options, on_parsed] { on_parsed([options](Context& context) { return run(*options, context); }); });
}

}  // namespace tinystacks::app::commands
