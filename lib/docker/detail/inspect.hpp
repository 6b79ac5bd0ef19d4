#pragma once

#include "docker/engine.hpp"

#include <optional>
#include <string>
#include <vector>

/// Reads what `docker inspect` prints. Source: Docker Engine API, ContainerInspect and ImageInspect, 1.41 to 1.50.
/// All throw Error{failed} for what is no such document.
namespace tinystacks::docker::detail {

[[nodiscard]] std::vector<Container> parse_containers(const std::string& json);

struct Image {
    std::string id;
    std::vector<std::string> repo_digests;  ///< "host/name@sha256:…"
    std::vector<int> ports;                 ///< TCP, ascending
};

[[nodiscard]] std::optional<Image> parse_image(const std::string& json);

}  // namespace tinystacks::docker::detail
