#pragma once

#include "framework/detail/rust_package.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::framework {

/// A dependency that is always there; nullptr for an optional one.
[[nodiscard]] const document::Node* rust_dependency(const document::Node* manifest, std::string_view name);

/// The stages that build `choices` and run one of them; the only one lies at `place` in the image.
void build_rust(const Folder& folder, const RustWorkspace& workspace, const std::vector<RustChoice>& choices,
                const std::string& place, Application& application);

}  // namespace tinystacks::framework
