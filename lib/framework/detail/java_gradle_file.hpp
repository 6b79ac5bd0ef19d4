#pragma once

#include "framework/application.hpp"
#include "framework/tree.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::framework {

/// A build.gradle(.kts), as far as it can be read without running it.
struct GradleFile {
    std::string module;                ///< directory relative to the folder of the build
    std::string path;                  ///< of the file, relative to that folder
    std::string text;                  ///< without comments
    std::vector<std::string> plugins;  ///< ids of those applied, a catalog's aliases resolved
    std::string used;                  ///< the lines that name dependencies but those of the tests, aliases resolved
};

struct GradleBuild {
    std::string name;               ///< rootProject.name; empty when nothing says it
    std::vector<GradleFile> files;  ///< the root's first
    std::string properties;         ///< gradle.properties
    std::string conventions;        ///< the scripts of buildSrc
    std::string catalog;            ///< gradle/libs.versions.toml
    bool complete = true;           ///< every module has a file that was read, and no other build is included
};

/// Source: Gradle's documentation, "Settings file", "Build file", "Version catalogs".
[[nodiscard]] std::optional<GradleBuild> read_gradle_build(const Folder& folder);

/// What the module asks of Java, else what the root or the conventions ask for all.
[[nodiscard]] std::vector<Pin> gradle_pins(const Folder& folder, const GradleBuild& build, const GradleFile& file);

/// The project's name; `*` when nothing says it.
[[nodiscard]] std::string project_name(const GradleBuild& build, const GradleFile& file);
/// What stands before a jar's ending: "shop-1.2"; `*` for what is open.
[[nodiscard]] std::string base_name(const GradleBuild& build, const GradleFile& file, std::string_view task);
/// archiveFileName of a task; empty when it sets none.
[[nodiscard]] std::string archive_name(const GradleFile& file, std::string_view task);

[[nodiscard]] std::string replaced(std::string text, char from, char to);

}  // namespace tinystacks::framework
