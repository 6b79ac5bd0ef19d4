#include "api/detail/pace.hpp"

#include <algorithm>

namespace tinystacks::api {

void Pace::wait(bool changed, const Interruption& interruption)
{
    using namespace std::chrono_literals;
    constexpr std::chrono::milliseconds least = 1s;
    constexpr std::chrono::milliseconds most = 10s;
    next_ = changed ? least : std::clamp(next_ * 3 / 2, least, most);
    patience_.wait(next_, interruption);
}

}  // namespace tinystacks::api
