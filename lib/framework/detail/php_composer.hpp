#pragma once

#include "document/node.hpp"
#include "framework/detail/php_recipe.hpp"

#include <string>
#include <string_view>

namespace tinystacks::framework {

/// What is known of a PHP application while it is being told.
struct PhpSearch {
    const Folder& folder;
    const Overrides& overrides;
    const document::Node* composer = nullptr;
    const document::Node* lock = nullptr;
    PhpPlan plan;
    Application application;

    /// A file's text; empty when there is none.
    [[nodiscard]] const std::string& text(std::string_view file) const;
    void note(std::string_view file, std::string rule, std::size_t line = 1);
};

/// Whether a path of the repository may stand in a configuration: relative, staying inside, of plain letters.
[[nodiscard]] bool is_plain_path(std::string_view path);
/// What composer.json and composer.lock require.
void read_composer(PhpSearch& search);
/// The PHP that the pins ask for and all locked packages take.
void choose_php(PhpSearch& search);

}  // namespace tinystacks::framework
