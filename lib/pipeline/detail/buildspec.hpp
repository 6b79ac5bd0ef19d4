#pragma once

#include "buildspec/run.hpp"
#include "pipeline/detail/workspace.hpp"

#include <map>
#include <string>
#include <vector>

namespace tinystacks::pipeline {

/// One buildspec of the pipeline, run in the workspace's clean checkout.
struct BuildspecRun {
    std::string file;  ///< relative to the repository's root
    log::Channel channel = log::Channel::build;
    std::string stage;
    int attempt = 1;  ///< tells the places of several runs of one file apart
    std::map<std::string, std::string> immutable;
    std::map<std::string, std::string> defaults;
    std::vector<buildspec::Variable> overrides;
    process::Environment environment = {};  ///< empty: the workspace's
    std::string* last_output = nullptr;     ///< gets the last 64 KiB of what the commands printed
};

/// Why it failed, or empty. Throws Error when the file is invalid or a parameter is missing, and Interrupted.
[[nodiscard]] std::string run_buildspec(Workspace& workspace, const BuildspecRun& what);

}  // namespace tinystacks::pipeline
