#pragma once

#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tinystacks::templates {

struct Value;
using Object = std::map<std::string, Value>;
using List = std::vector<Object>;
/// What a Mustache tag stands for: a text, a section's yes or no, or a section's items.
struct Value : std::variant<std::string, bool, List> {
    using variant::variant;
};

/// What a value is escaped for: the language of the place it lands in (security requirement FS-05).
enum class Language { yaml, shell, dockerfile, plain };

/// Fills in templates/`name`. A tag without a value is Error{failed}: a template of ours is wrong, never silently
/// empty. Every value is escaped for the language the file's name tells.
[[nodiscard]] std::string render(std::string_view name, const Object& values);

/// The text of templates/`name` as it is. Throws Error{failed} when there is none.
[[nodiscard]] std::string_view text(std::string_view name);

}  // namespace tinystacks::templates
