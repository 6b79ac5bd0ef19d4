#pragma once

#include "services.hpp"
#include "view/console.hpp"
#include "view/report.hpp"

#include <functional>

namespace CLI {
class App;
}

namespace tinystacks::app::commands {

/// What a command needs of the process it runs in.
struct Context {
    Services& services;
    view::Console& out;
    view::Console& err;
};

/// A parsed command: run after parsing is over.
using Action = std::function<view::Report(Context&)>;
using OnParsed = std::function<void(Action)>;

// Each adds one command under `parent`. A command of two words is in commands/<noun>/<verb>.cpp.
void declare_init(CLI::App& parent, const OnParsed& on_parsed);
void declare_deploy(CLI::App& parent, const OnParsed& on_parsed);
void declare_status(CLI::App& parent, const OnParsed& on_parsed);
void declare_approve(CLI::App& parent, const OnParsed& on_parsed);
void declare_rollback(CLI::App& parent, const OnParsed& on_parsed);
void declare_logs(CLI::App& parent, const OnParsed& on_parsed);
void declare_validate(CLI::App& parent, const OnParsed& on_parsed);
void declare_build(CLI::App& parent, const OnParsed& on_parsed);
void declare_release(CLI::App& parent, const OnParsed& on_parsed);
void declare_buildspec_run(CLI::App& parent, const OnParsed& on_parsed);
void declare_buildspec_check(CLI::App& parent, const OnParsed& on_parsed);
void declare_variable_set(CLI::App& parent, const OnParsed& on_parsed);
void declare_variable_unset(CLI::App& parent, const OnParsed& on_parsed);
void declare_variable_list(CLI::App& parent, const OnParsed& on_parsed);
void declare_connect_github(CLI::App& parent, const OnParsed& on_parsed);
void declare_connect_gitlab(CLI::App& parent, const OnParsed& on_parsed);
void declare_connect_aws(CLI::App& parent, const OnParsed& on_parsed);
void declare_connect_api(CLI::App& parent, const OnParsed& on_parsed);
void declare_connect_list(CLI::App& parent, const OnParsed& on_parsed);
void declare_connect_remove(CLI::App& parent, const OnParsed& on_parsed);
void declare_source_create(CLI::App& parent, const OnParsed& on_parsed);
void declare_source_list(CLI::App& parent, const OnParsed& on_parsed);
void declare_source_show(CLI::App& parent, const OnParsed& on_parsed);
void declare_source_update(CLI::App& parent, const OnParsed& on_parsed);
void declare_source_delete(CLI::App& parent, const OnParsed& on_parsed);
void declare_source_publish(CLI::App& parent, const OnParsed& on_parsed);
void declare_source_versions(CLI::App& parent, const OnParsed& on_parsed);
void declare_source_parameters(CLI::App& parent, const OnParsed& on_parsed);
void declare_source_logs(CLI::App& parent, const OnParsed& on_parsed);
void declare_source_stacks(CLI::App& parent, const OnParsed& on_parsed);
void declare_stack_create(CLI::App& parent, const OnParsed& on_parsed);
void declare_stack_list(CLI::App& parent, const OnParsed& on_parsed);
void declare_stack_show(CLI::App& parent, const OnParsed& on_parsed);
void declare_stack_update(CLI::App& parent, const OnParsed& on_parsed);
void declare_stack_delete(CLI::App& parent, const OnParsed& on_parsed);
void declare_stack_parameters(CLI::App& parent, const OnParsed& on_parsed);
void declare_stack_outputs(CLI::App& parent, const OnParsed& on_parsed);
void declare_stack_resources(CLI::App& parent, const OnParsed& on_parsed);
void declare_stack_events(CLI::App& parent, const OnParsed& on_parsed);
void declare_stack_deployments(CLI::App& parent, const OnParsed& on_parsed);
void declare_replay(CLI::App& parent, const OnParsed& on_parsed);
void declare_down(CLI::App& parent, const OnParsed& on_parsed);
void declare_explain(CLI::App& parent, const OnParsed& on_parsed);
void declare_doctor(CLI::App& parent, const OnParsed& on_parsed);
void declare_completion(CLI::App& parent, const OnParsed& on_parsed);
void declare_help(CLI::App& parent, const OnParsed& on_parsed);

}  // namespace tinystacks::app::commands
