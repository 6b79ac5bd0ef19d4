#pragma once

#include "base/time.hpp"

#include <optional>
#include <string_view>

namespace tinystacks::http {

/// A date of a header, such as "Tue, 24 Nov 2026 12:00:00 GMT"; empty for anything else. Source: RFC 9110, section
/// 5.6.7, without the obsolete forms.
[[nodiscard]] std::optional<Time> find_date(std::string_view text);

}  // namespace tinystacks::http
