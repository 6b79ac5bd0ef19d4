#pragma once

#include "framework/application.hpp"
#include "framework/detail/front_end.hpp"
#include "framework/detect.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tinystacks::framework {

/// What was found out about a Mix project, for its image.
struct ElixirPlan {
    std::string release;    ///< its name
    bool is_usual = false;  ///< mix.exs lists no releases: `mix release` then takes no name
    std::string erlang;     ///< a major of Erlang/OTP that was pinned and has an image; empty for the usual one
    std::vector<std::string> members;      ///< of an umbrella: "apps/web"
    std::vector<std::string> path_inputs;  ///< directories of path dependencies
    std::vector<std::string> assets;       ///< commands that build them
    std::optional<FrontEnd> front;         ///< assets/package.json
    std::string health = "/";
    std::string script;  ///< a lone script instead of a release
    bool escript = false;
};

/// Fills in install, build and recipe.
void plan_elixir_image(const Folder& folder, const Overrides& overrides, const ElixirPlan& plan,
                       Application& application);

}  // namespace tinystacks::framework
