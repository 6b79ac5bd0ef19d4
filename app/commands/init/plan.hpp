#pragma once

#include "commands/commands.hpp"
#include "framework/detect.hpp"
#include "project/init.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tinystacks::app::commands {

/// What `init` is told.
struct InitOptions {
    framework::Overrides overrides;
    std::string dockerfile;
    std::string from;
    std::string service;
    std::string account;
    std::string region;
    std::vector<std::string> ecs_services;  ///< STAGE=ARN
    std::string starter;
    bool buildkit = false;
    bool lambda = false;
    bool explain = false;
    bool force = false;
    bool dry_run = false;
};

/// Where the repository begins, and the folder in it that the command was given in.
struct Place {
    std::filesystem::path root;
    std::string below;
    bool is_repository = false;
};

struct InitPlan {
    project::InitRequest request;
    std::filesystem::path project_file;  ///< relative to the repository's root
    std::vector<project::PlannedFile> files;
    bool unfinished = false;  ///< something is to be filled in before the first deployment
};

/// Plans the files, or says in the report why there are none. Writes nothing.
[[nodiscard]] std::optional<InitPlan> plan_init(const framework::Tree& tree, const Place& place,
                                                const InitOptions& options, const Services& services,
                                                view::Report& report);

}  // namespace tinystacks::app::commands
