#pragma once

#include "base/error.hpp"
#include "pipeline/pipeline.hpp"

#include <map>
#include <string>
#include <vector>

/// GitHub Actions' workflow commands and files.
/// Source: GitHub Docs, "Workflow commands for GitHub Actions".
namespace tinystacks::app::view {

/// `::error file=…,line=…::message`, one a problem, whole lines.
[[nodiscard]] std::string annotations(const std::vector<Problem>& problems);
[[nodiscard]] std::string annotation(const Error& error);

/// Appends deployment_id, digest, url and verdict to $GITHUB_OUTPUT, and a table to $GITHUB_STEP_SUMMARY, where
/// `environment` names those files. Throws Error{failed} when they cannot be written.
void write_github_files(const pipeline::DeployOutcome& outcome, const std::map<std::string, std::string>& environment);
void write_github_files(const pipeline::BuildOutcome& outcome, const std::map<std::string, std::string>& environment);

}  // namespace tinystacks::app::view
