#pragma once

#include "correction.hpp"

#include <CLI/CLI.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

/// What values of options may be. What a validator returns is told behind the option's name.
namespace tinystacks::app::commands {

/// One of `known`, which completions offer. Throws WrongWord.
[[nodiscard]] CLI::Validator one_of(const std::vector<std::string>& known);
/// Anything; completions offer `words`.
[[nodiscard]] CLI::Validator offer(const std::vector<std::string>& words);
/// A value as a_value() has it; completions offer the names that the control plane has: "sources" or "stacks".
[[nodiscard]] CLI::Validator name_of(std::string_view things);
/// A file, or "-" for standard input.
[[nodiscard]] CLI::Validator a_file();
/// What one_of() or offer() name.
[[nodiscard]] std::vector<std::string> words_of(CLI::Option& option);
/// What name_of() names; empty when the option has no such validator.
[[nodiscard]] std::string things_of(CLI::Option& option);
/// A TCP port.
[[nodiscard]] CLI::Validator port();
/// Neither the empty text, which an unset variable of a script makes (`--stage ""` must not mean every stage), nor a
/// flag, which CLI11 takes for the value when that was forgotten (`--stage --json`).
[[nodiscard]] CLI::Validator a_value();

/// A duration that `flag` was given. Throws Error{usage}.
[[nodiscard]] std::chrono::milliseconds duration_of(std::string_view flag, const std::string& text,
                                                    const CommandLine& line);

}  // namespace tinystacks::app::commands
