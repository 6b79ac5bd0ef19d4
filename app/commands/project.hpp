#pragma once

#include "commands/commands.hpp"
#include "pipeline/pipeline.hpp"

#include <string>

namespace tinystacks::app::commands {

/// Which project file a command means.
struct ProjectOptions {
    std::string project;  ///< empty for tinystacks.yml in the repository's root
};
void declare_project_option(CLI::App& command, ProjectOptions& options);

/// Which code a command means.
struct SourceOptions : ProjectOptions {
    std::string commit;
    bool working_tree = false;
};
void declare_source_options(CLI::App& command, SourceOptions& options);

/// The project file relative to the repository's root. Throws Error{usage} when it lies outside.
[[nodiscard]] std::filesystem::path project_file(const ProjectOptions& options, const Services& services);

/// The project as it lies in the working tree, for what deploys nothing.
[[nodiscard]] project::Project working_tree_project(const ProjectOptions& options, const Services& services);

/// Throws Error{not_found} when `name` is neither empty nor a stage of the project.
void check_stage(const project::Project& project, const std::string& name, const Services& services);

/// The commit that is meant, HEAD by default; with --working-tree, or when the files `init` wrote are not committed
/// yet, a throw-away commit of the working tree. Throws Error{usage} with both ways out when that needs a decision.
[[nodiscard]] pipeline::Source source(const SourceOptions& options, Context& context);

/// Throws Error{usage} when a flag that chooses what is built is given for a stage that gets what the one before it
/// runs. `flag` is empty when none was given.
void refuse_for_later_stage(const project::Project& project, const std::string& stage, std::string_view flag);

/// The first line of whatever changes something: control plane, stack, what is done, and stages.
void announce(Context& context, const control::ControlPlane& plane, const project::Project& project,
              std::string_view doing, const std::string& stage);
/// The same with the commit.
void announce(Context& context, const control::ControlPlane& plane, const pipeline::Source& source,
              std::string_view doing, const std::string& stage);

}  // namespace tinystacks::app::commands
