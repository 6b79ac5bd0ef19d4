#pragma once

#include "framework/detail/native.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tinystacks::framework {

struct RustBinary {
    std::string name;
    std::string source;  ///< relative to the folder; empty when Cargo would have to look for it
};

/// A package of a Cargo workspace, or the only one.
struct RustPackage {
    std::string directory;  ///< relative to the folder, "" for itself
    std::string name;
    std::string default_run;
    std::vector<RustBinary> binaries;  ///< src/main.rs first
    bool has_main = false;             ///< src/main.rs: what `cargo run` means to most people
    std::vector<std::string> sources;  ///< of all targets: what must be there for Cargo to read the manifest
    const document::Node* manifest = nullptr;
};

struct RustWorkspace {
    std::vector<RustPackage> packages;  ///< the root's own first
    std::vector<std::string> defaults;  ///< directories of default-members
    bool is_workspace = false;
};

/// Reads Cargo.toml and those of its members (globs, less `exclude`), at most 60. Source: The Cargo Book, "Workspaces"
/// and "Cargo Targets".
[[nodiscard]] RustWorkspace read_rust_workspace(const Folder& folder);

/// The binary that is deployed and its package; empty when only a person can tell, or there is none.
struct RustChoice {
    const RustPackage* package = nullptr;
    std::string binary;
    std::string rule;
};
[[nodiscard]] std::optional<RustChoice> choose_rust_binary(const RustWorkspace& workspace);

/// All binaries that may be meant, with their packages.
[[nodiscard]] std::vector<RustChoice> rust_candidates(const RustWorkspace& workspace);

}  // namespace tinystacks::framework
