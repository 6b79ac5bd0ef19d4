#pragma once

#include "framework/tree.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::framework::python {

/// How what a framework makes is served.
enum class Interface { wsgi, asgi };

/// A server object that the code makes, or a function that makes it.
struct Object {
    std::string framework;
    Interface interface = Interface::wsgi;
    std::string file;       ///< relative to the folder
    std::string attribute;  ///< "app", "create_app"
    bool is_factory = false;
    bool needs_arguments = false;  ///< a factory that no server can call
    std::size_t line = 0;
};

/// A module, and the directory that must be on Python's path for it ("" is the folder itself).
struct Module {
    std::string name;
    std::string path;
};

/// The Python files that may hold an entry, the likeliest first; no more than are worth reading.
[[nodiscard]] std::vector<std::string> candidate_files(const Folder& folder, const std::string& project);

/// Every server object in these files: those that stand in a module first, then what functions make.
[[nodiscard]] std::vector<Object> find_objects(const Folder& folder, const std::vector<std::string>& files);

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
