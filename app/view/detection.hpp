#pragma once

#include "framework/detect.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace tinystacks::app::view {

/// The `detection` of `init --json`. `notes` is what could not be read.
[[nodiscard]] nlohmann::json to_json(const framework::Detection& detection, const std::vector<std::string>& notes);

/// What was found, where, by which rule, and what else it could have been: the text of `init --explain`.
[[nodiscard]] std::string explanation(const framework::Detection& detection);

/// One line: "express (node 22.21, npm): npm run start, on port 3000".
[[nodiscard]] std::string summary(const framework::Application& application);

/// What a Dockerfile of ours says in its first line. is_ours() knows it again.
[[nodiscard]] std::string decided(const framework::Application& application);
/// Whether `dockerfile` is one that `init` wrote.
[[nodiscard]] bool is_ours(std::string_view dockerfile);

}  // namespace tinystacks::app::view
