#include "commands/stack/change.hpp"

#include "commands/values.hpp"
#include "view/stack.hpp"
#include "watch.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>

namespace tinystacks::app::commands {

view::Report carry_out_stack_change(const control::StackRequest& request, control::ControlPlane& plane,
                                    std::string_view done, Context& context)
{
    auto progress = context.services.make_progress(view::Progress::Style::steps, context.out, context.err);
    return report_of<control::StackOutcome>(
        carry_out(request, plane, progress, context.err),
        [&](const control::StackOutcome& outcome) { return view::stack_result(outcome, request.stack.name, done); });
}

void declare_stage_arguments(CLI::App& command, std::vector<std::string>& stages)
{
    command.add_option("--stage", stages, "A step of the stack, in order; any number of them.")
        ->type_name("NAME:REGION[:ACCOUNT]")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->check(a_value());
}

std::vector<stack::Stage> parse_stages(const std::vector<std::string>& arguments)
{
    std::vector<stack::Stage> stages;
    for (const auto& argument : arguments) {
        auto stage = stack::parse_stage(argument);
        if (std::ranges::find(stages, stage.name, &stack::Stage::name) != stages.end()) {
            throw Error(ErrorKind::usage, "stage '{}' is given twice", stage.name);
        }
        stages.push_back(std::move(stage));
    }
    return stages;
}

}  // namespace tinystacks::app::commands
