#pragma once

#include "api/detail/around.hpp"

#include <functional>
#include <optional>

namespace tinystacks::api {

/// Calls `look` until it has a verdict, less and less often while `changed` (its argument to set) stays false; a
/// verdict `uncertain` with `hint` when `limit` is over or the server cannot be asked any more. What was started goes
/// on there whatever becomes of us: that is said when somebody stops us, and Interrupted thrown.
using Look = std::function<std::optional<deployment::Verdict>(bool& changed)>;
[[nodiscard]] deployment::Verdict look_until_end(const Look& look, std::chrono::milliseconds limit,
                                                 std::string_view what, const std::string& hint, const Around& around);

}  // namespace tinystacks::api
