#pragma once

#include "framework/detail/native.hpp"

#include <string>
#include <vector>

namespace tinystacks::framework {

/// A directory that holds `package main` with `func main`.
struct GoMain {
    std::string directory;  ///< relative to the folder, "" for itself
    std::string file;
    std::size_t line = 0;  ///< of func main
};

/// What the sources of a module or workspace say; at most 60 of them are read, the nearest to the root first.
struct GoSources {
    std::vector<GoMain> mains;
    Listening listening;
    bool cgo = false;
    std::vector<std::string> imports;   ///< sorted, of the files that were read
    std::vector<std::string> embedded;  ///< what //go:embed names
};

[[nodiscard]] GoSources read_go_sources(const Folder& folder);

/// The program that is deployed: the root, cmd/<module>, cmd/{server,api,web,app}, else the only one. nullptr when
/// only a person can tell. `asked` is what go.mod's Heroku comment names, usually empty.
[[nodiscard]] const GoMain* choose_go_main(const GoSources& sources, const std::string& module,
                                           const std::string& asked);

}  // namespace tinystacks::framework
