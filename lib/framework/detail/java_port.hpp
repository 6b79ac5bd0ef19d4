#pragma once

#include "framework/detail/java_project.hpp"

#include <string>
#include <vector>

namespace tinystacks::framework {

/// The port it listens on when nothing else is said; 0 for what does not listen.
[[nodiscard]] int port_of(const Folder& folder, const JavaProject& project);

/// How the framework is told PORT.
struct PortArguments {
    std::vector<std::string> options;  ///< of the virtual machine
    std::vector<std::string> behind;   ///< of the program
    std::vector<std::string> stated;   ///< of those what belongs to the start command too
    std::string shell;                 ///< further words that only a shell can expand; empty for none
};
[[nodiscard]] PortArguments port_arguments(const Folder& folder, const JavaProject& project, int port);

/// The framework's own health route when the build has it, else "/".
[[nodiscard]] std::string health_path(const Folder& folder, const JavaProject& project);

/// Variables that the sources and settings read.
[[nodiscard]] std::vector<std::string> variables_of(const Folder& folder, const JavaProject& project);

/// The settings file of a Dropwizard application, relative to the folder; empty for others.
[[nodiscard]] std::string dropwizard_configuration(const Folder& folder, const JavaProject& project);

/// Whether somebody says how it is started: --start or a Procfile, and whether that names what the build leaves.
enum class OwnStart { none, other, of_build };
/// A refusal for what the build makes is void when that is named.
[[nodiscard]] OwnStart own_start(const Folder& folder, const JavaProject& project, const Overrides& overrides,
                                 Application& application);

}  // namespace tinystacks::framework
