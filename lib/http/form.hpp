#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tinystacks::http {

/// Names and values, not encoded, in the order given.
using Form = std::vector<std::pair<std::string, std::string>>;

/// "A=1&B=%20". Source: WHATWG's application/x-www-form-urlencoded, with %20 for a space.
[[nodiscard]] std::string form_encode(const Form& form);
/// The inverse. A name or value with a percent sign that begins no escape stays as it is.
[[nodiscard]] Form parse_form(std::string_view text);
/// The first value of `name`.
[[nodiscard]] std::optional<std::string> find_value(const Form& form, std::string_view name);

}  // namespace tinystacks::http
