#include "commands/values.hpp"
#include "commands/variable/variable.hpp"
#include "view/variable.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

namespace tinystacks::app::commands {
namespace {

struct Options : ProjectOptions {
    std::string stage;
};

/// A variable and who says so.
struct Row {
    deployment::Variable variable;
    std::string from;
};

std::vector<Row> rows_of(const project::Project& project, const std::vector<deployment::Variable>& set)
{
    using deployment::Variable;
    std::vector<Row> rows;
    const auto file = [&](const stage::Variables& variables, const std::string& stage, Variable::Use use) {
        for (const auto& [name, value] : variables) {
            rows.push_back({{stage, name, use, Variable::Kind::plain, value}, "tinystacks.yml"});
        }
    };
    file(project.build, {}, Variable::Use::build);
    file(project.runtime, {}, Variable::Use::runtime);
    for (const auto& stage : project.stages) {
        file(stage.runtime, stage.name.str(), Variable::Use::runtime);
    }
    for (const auto& each : set) {
        rows.push_back({each, "variable set"});
    }
    return rows;
}

view::Report run(const Options& options, Context& context)
{
    const auto project = working_tree_project(options, context.services);
    check_stage(project, options.stage, context.services);
    view::Report report;
    auto list = nlohmann::json::array();
    for (const auto& row : rows_of(project, context.services.control(project.control).variables(project))) {
        const auto& variable = row.variable;
        if (!options.stage.empty() && !variable.stage.empty() && variable.stage != options.stage) {
            continue;
        }
        auto json = view::to_json(variable);
        json["from"] = row.from;
        list.push_back(std::move(json));
        report.text += fmt::format("{}  ({})\n", view::line_of(variable), row.from);
    }
    if (report.text.empty()) {
        report.notes.emplace_back("no variables are set\n  try: tinystacks variable set LOG_LEVEL=debug");
    }
    (*report.result)["variables"] = std::move(list);
    return report;
}

}  // namespace

void declare_variable_list(CLI::App& parent, const OnParsed& on_parsed)
{
    auto options = std::make_shared<Options>();
    auto* command = parent.add_subcommand("list", "Variables of tinystacks.yml and those that were set over them.");
    declare_project_option(*command, *options);
    command->add_option("--stage", options->stage, "What this stage gets only.")->type_name("NAME")->check(a_value());
    command->callback(
        [options, on_parsed] { on_parsed([options](Context& context) { return run(*options, context); }); });
}

}  // namespace tinystacks::app::commands
