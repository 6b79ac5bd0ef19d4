#pragma once

#include "framework/application.hpp"
#include "framework/release.hpp"
#include "framework/tree.hpp"

#include <array>
#include <string>
#include <vector>

namespace tinystacks::framework {

/// Source: Go's release history and policy: a release is supported until there are two newer ones.
inline constexpr std::array<Release, 17> go_lines = {{{"1.27", "1.27", "", "", false},
                                                      {"1.26", "1.26", "", "", false},
                                                      {"1.25", "1.25", "2026-08-12", "", false},
                                                      {"1.24", "1.24", "2026-02-11", "", false},
                                                      {"1.23", "1.23", "2025-08-12", "", false},
                                                      {"1.22", "1.22", "2025-02-11", "", false},
                                                      {"1.21", "1.21", "2024-08-13", "", false},
                                                      {"1.20", "1.20", "2024-02-06", "", false},
                                                      {"1.19", "1.19", "2023-08-08", "", false},
                                                      {"1.18", "1.18", "2023-02-01", "", false},
                                                      {"1.17", "1.17", "2022-08-02", "", false},
                                                      {"1.16", "1.16", "2022-03-15", "", false},
                                                      {"1.15", "1.15", "2021-08-16", "", false},
                                                      {"1.14", "1.14", "2021-02-16", "", false},
                                                      {"1.13", "1.13", "2020-08-11", "", false},
                                                      {"1.12", "1.12", "2020-02-25", "", false},
                                                      {"1.11", "1.11", "2019-09-03", "", false}}};
inline constexpr Releases go_releases = {"go", "2026-11-30", "1.26", go_lines};

/// A module or workspace as its manifests say it.
struct GoModules {
    std::string manifest;                ///< go.mod, go.work, or what was there before modules; empty for none
    std::string manager = "none";        ///< "go-modules"
    std::string path;                    ///< of the (root) module
    std::vector<std::string> members;    ///< directories of a workspace
    std::vector<std::string> manifests;  ///< go.mod, go.sum and those of members
    std::vector<std::string> required;   ///< directly
    std::vector<Pin> pins;
    std::string asked;  ///< what a comment for Heroku says is installed
    bool vendored = false;
};

[[nodiscard]] GoModules read_go_modules(const Folder& folder);

}  // namespace tinystacks::framework
