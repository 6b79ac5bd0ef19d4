#pragma once

#include "commands/commands.hpp"
#include "services.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tinystacks::app {

/// What a command line asks for.
struct Parsed {
    GlobalOptions options;
    commands::Action action;          ///< empty when only a text is to be shown
    std::optional<std::string> text;  ///< help or version
};

/// Parses a command line. Touches nothing. Throws Error{usage}.
[[nodiscard]] Parsed parse_command_line(int argc, const char* const* argv);

/// The flags and the variable that say how to answer, found even in a command line that is wrong otherwise.
[[nodiscard]] GlobalOptions find_output_options(int argc, const char* const* argv, const char* const* environment);

}  // namespace tinystacks::app
