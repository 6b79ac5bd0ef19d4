#pragma once

#include "correction.hpp"

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace tinystacks::app {

/// Throws the Error{usage} that says in our words why the command line was not understood, with what to type instead.
[[noreturn]] void refuse(const CLI::App& root, const CLI::ParseError& error, const CommandLine& line);
[[noreturn]] void refuse(const CLI::App& root, const WrongWord& error, const CommandLine& line);

/// The innermost command that was named.
[[nodiscard]] const CLI::App& innermost(const CLI::App& root);

}  // namespace tinystacks::app
