#pragma once

#include "registry/detail/session.hpp"
#include "registry/registry.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::registry::detail {

/// The header that asks for all kinds of manifest we can carry: OCI and Docker, of one image and of several.
[[nodiscard]] http::Headers accept_manifests();

struct Blob {
    Digest digest;
    bool elsewhere = false;  ///< its content has an address of its own (Windows base layers) and is not in the registry
    bool operator==(const Blob&) const = default;
};

/// What a manifest names.
struct Parts {
    std::vector<Digest> manifests;  ///< of an index
    std::vector<Blob> blobs;        ///< of an image: configuration and layers, each once
};

/// Throws Error{failed} for what is neither an image nor an index; Docker's first schema is neither.
[[nodiscard]] Parts parse_parts(std::string_view manifest);
/// The media type: `content_type` without its parameters, else what the manifest says of itself.
[[nodiscard]] std::string media_type(std::string_view manifest, std::string_view content_type);

}  // namespace tinystacks::registry::detail
