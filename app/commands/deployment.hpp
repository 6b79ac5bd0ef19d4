#pragma once

#include "commands/project.hpp"

namespace tinystacks::app::commands {

/// Carries out a request of the pipeline, shows how it goes, and reports its deployments. Throws what it ended with.
[[nodiscard]] view::Report carry_out_deployment(const control::Request& request, control::ControlPlane& plane,
                                                const project::Project& project, Context& context);

/// Whether a person is there to wait with: a terminal, and no CI system.
[[nodiscard]] bool has_company(const Context& context);

/// A commit's code for what chooses the commit itself; HEAD when `commit` is empty. Throws Error{not_found} in a
/// repository without commits.
[[nodiscard]] pipeline::Source source_at(const ProjectOptions& options, const std::string& commit,
                                         const Services& services);

}  // namespace tinystacks::app::commands
