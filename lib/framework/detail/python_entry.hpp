#pragma once

#include "framework/tree.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::framework::python {

/// A module, and the directory that must be on Python's path for it ("" is the folder itself).
struct Module {
    std::string name;
    std::string path;
};

/// The Python files that may hold an entry, the likeliest first; no more than are worth reading.
[[nodiscard]] std::vector<std::string> candidate_files(const Folder& folder, const std::string& project);

/// What a file is called by an import; empty when its name is no module's. Its own imports tell which directory it is
/// imported from.
[[nodiscard]] std::optional<Module> module_of(const Folder& folder, const std::string& file);

/// Whether a file is made to be started: `python <file>` of it, "python -m src.main" when it imports so.
[[nodiscard]] std::vector<std::string> script_argv(const Folder& folder, const std::string& file);

/// Whether a text has `if __name__ == "__main__"`.
[[nodiscard]] bool has_guard(std::string_view text);

/// The port that a program listens on by its own words; 0 when it does not say.
[[nodiscard]] int find_port(std::string_view text);
/// Whether it takes the port from PORT.
[[nodiscard]] bool reads_port(std::string_view text);

}  // namespace tinystacks::framework::python
