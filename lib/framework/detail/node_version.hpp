#pragma once

#include "framework/detail/node_manager.hpp"
#include "framework/pin.hpp"

#include <string>

/// Which Node, which Bun.
namespace tinystacks::framework::node {

/// Both, since images with Bun are made from Node's.
struct Runtimes {
    Runtime node;
    Runtime bun;
    bool node_is_pinned = false;
};

[[nodiscard]] Runtimes choose_runtimes(const Workspace& workspace, const Manifest& manifest, const Manager& manager,
                                       const Overrides& overrides, bool runs_on_bun,
                                       std::vector<std::string>& warnings);

/// The image of a release: "node:22.21-bookworm-slim".
[[nodiscard]] std::string image_of(const std::string& release);
[[nodiscard]] int major_of(const std::string& release);

}  // namespace tinystacks::framework::node
