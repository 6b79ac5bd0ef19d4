#pragma once

#include "framework/application.hpp"
#include "framework/detail/front_end.hpp"
#include "framework/detect.hpp"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tinystacks::framework {

/// What was found out about a PHP application, for its image.
struct PhpPlan {
    bool composer = false;
    bool lock = false;
    std::vector<std::string> packages;     ///< that composer.json requires, without development's
    std::vector<std::string> path_inputs;  ///< directories of path repositories
    std::set<std::string> extensions;
    std::string document_root;  ///< relative; "" is the folder itself
    std::string script;         ///< of the command line; empty for what a web server runs
    bool falls_back = false;    ///< paths that are no file go to index.php, and no .htaccess says so
    bool rewrites = false;      ///< there is an .htaccess
    std::optional<FrontEnd> front;
    std::string health = "/";
    std::vector<std::string> writable;

    [[nodiscard]] bool requires_package(std::string_view package) const;
};

/// Fills in install, build, packages and recipe.
void plan_php_image(const Folder& folder, const Overrides& overrides, const PhpPlan& plan, Application& application);

}  // namespace tinystacks::framework
