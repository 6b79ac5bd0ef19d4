#pragma once

#include "framework/detail/node_sources.hpp"
#include "framework/detail/node_start.hpp"

#include <string>
#include <utility>
#include <vector>

/// The frameworks: how they are told, whether their build makes files or a server, and how that is started.
namespace tinystacks::framework::node {

/// What a framework makes of an application. Paths are relative to the package.
struct Plan {
    std::string framework = "none";
    Evidence evidence;
    Delivery delivery = Delivery::process;
    std::string output;  ///< the directory of a static build
    bool single_page = false;
    std::vector<std::string> argv;  ///< its production start; empty when the package has to say one
    std::string command;            ///< as a shell would start it; empty as argv
    bool always = false;            ///< its start counts even when a script says another
    int port = 0;
    std::vector<std::pair<std::string, std::string>> environment;  ///< when it runs
    std::string build;                                             ///< when there is no script `build`
    std::string build_environment;                                 ///< in front of the build, "GCP_BUILDPACKS=true "
    std::string prefix;                  ///< of variables that its build puts into what browsers load
    std::vector<std::string> artefacts;  ///< all that runs; empty for the whole package
    bool self_contained = false;         ///< the artefacts need no node_modules
    bool standalone = false;             ///< Next's
    std::vector<std::string> writable;
    std::vector<std::string> warnings;
};

/// `start` is the start script, resolved, as far as there is one.
[[nodiscard]] Plan find_plan(const Manifest& manifest, const Manifest& shared, const Start& start,
                             const Sources& sources, const std::string& forced);

/// Whether the framework's markers are there, without looking at any source.
[[nodiscard]] bool has_framework(const Manifest& manifest);

/// Files that a bundler without a framework makes, when the build script is its; in node_plan.cpp.
void plan_bundle(const Manifest& manifest, Plan& plan);
/// Fills in what a framework's build makes; in node_plan.cpp.
void complete_plan(const Manifest& manifest, const Start& start, Plan& plan);

}  // namespace tinystacks::framework::node
