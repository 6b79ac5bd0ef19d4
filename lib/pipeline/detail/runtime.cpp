#include "pipeline/detail/runtime.hpp"

#include "base/error.hpp"

namespace tinystacks::pipeline {

using deployment::RuntimeVariables;
using deployment::Variable;

RuntimeVariables runtime_variables(const project::Project& project, const stage::Stage& stage,
                                   const std::vector<Variable>& set)
{
    RuntimeVariables variables;
    for (auto& [name, value] : project.runtime_of(stage)) {
        variables[name] = {Variable::Kind::plain, value};
    }
    for (const auto& of_stage : {std::string(), stage.name.str()}) {
        for (const auto& each : set) {
            if (each.use == Variable::Use::runtime && each.stage == of_stage) {
                variables[each.name] = {each.kind, each.value.value()};
            }
        }
    }
    return variables;
}

RuntimeVariables runtime_variables(Workspace& workspace, const stage::Stage& stage)
{
    return runtime_variables(workspace.project(), stage, workspace.world().ledger.variables(workspace.project().stack));
}

stage::Variables plain_values(const RuntimeVariables& variables, const std::string& stage)
{
    stage::Variables values;
    for (const auto& [name, variable] : variables) {
        if (variable.kind != Variable::Kind::plain) {
            throw Error(ErrorKind::invalid_input,
                        "'{}' of stage '{}' is kept by AWS ({}), which only Amazon ECS gives to an application", name,
                        stage, variable.value)
                .with_hint(fmt::format("tinystacks variable set {}=VALUE --stage {}", name, stage));
        }
        values[name] = variable.value;
    }
    return values;
}

void check_variables(Workspace& workspace, const stage::Stage& stage)
{
    if (!std::holds_alternative<stage::EcsTarget>(stage.target)) {
        (void)plain_values(runtime_variables(workspace, stage), stage.name.str());
    }
}

stage::Variables build_overrides(Workspace& workspace)
{
    auto values = workspace.project().build;
    for (const auto& each : workspace.world().ledger.variables(workspace.project().stack)) {
        if (each.use == Variable::Use::build) {
            values[each.name] = each.value.value();
        }
    }
    return values;
}

}  // namespace tinystacks::pipeline
