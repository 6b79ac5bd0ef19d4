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

/// `value` as the template's language writes it, so that it is data there and nothing else: a YAML scalar, one word of
/// a shell, one word of a Dockerfile instruction. A tag stands for the whole scalar or word, never inside quotes.
/// Throws Error{invalid_input} for what the language cannot say: text that is not UTF-8, a NUL, in a Dockerfile or
/// plain file any control character.
[[nodiscard]] std::string escape(std::string_view value, Language language);

/// Fills in a template. A tag without a value is Error{failed}, and so are `{{{x}}}` and `{{&x}}`, which escape
/// nothing: the template is wrong, never silently empty.
[[nodiscard]] std::string render_text(std::string_view text, Language language, const Object& values);

/// Fills in templates/`name`, for the language its name tells.
[[nodiscard]] std::string render(std::string_view name, const Object& values);

/// The text of templates/`name` as it is. Throws Error{failed} when there is none.
[[nodiscard]] std::string_view text(std::string_view name);

}  // namespace tinystacks::templates
