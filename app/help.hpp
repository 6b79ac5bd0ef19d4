#pragma once

#include <string>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace tinystacks::app {

/// The words that call `command`, such as "tinystacks buildspec run".
[[nodiscard]] std::string path_of(const CLI::App& command);
/// How a flag or argument is written: "--stage NAME", "-q, --quiet", "FILE".
[[nodiscard]] std::string spelling_of(const CLI::Option& option);
/// What `--help` prints of `command`.
[[nodiscard]] std::string help_text(const CLI::App& command);

}  // namespace tinystacks::app
