#pragma once

#include "framework/application.hpp"
#include "framework/detail/front_end.hpp"
#include "framework/detail/ruby_gems.hpp"
#include "framework/detect.hpp"

#include <optional>
#include <string>

namespace tinystacks::framework {

/// What was found out about a Ruby application, for its image.
struct RubyPlan {
    Gems gems;
    std::optional<FrontEnd> front;
    std::string health = "/";
    bool sqlite = false;  ///< its database is a file under db/
};

/// Fills in install, build, packages, recipe: for what runs.
void plan_ruby_image(const Folder& folder, const Overrides& overrides, const RubyPlan& plan, Application& application);
/// The same for what a generator writes: `application.output`, made by `application.build`.
void plan_ruby_site(const Folder& folder, const RubyPlan& plan, Application& application);

}  // namespace tinystacks::framework
