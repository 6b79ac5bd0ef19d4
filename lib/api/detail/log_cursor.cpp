#include "api/detail/log_cursor.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace tinystacks::api {
namespace {

std::uint64_t hash(const std::string& line)
{
    return std::hash<std::string>{}(line);
}

}  // namespace

LogCursor::Step LogCursor::advance(const std::vector<std::string>& lines)
{
    Step step{0, false};
    if (count_ > 0 && lines.size() >= count_ && hash(lines[count_ - 1]) == last_) {
        step.first = count_;
    } else if (count_ > 0) {
        const auto read =
            std::find_if(lines.rbegin(), lines.rend(), [&](const auto& line) { return hash(line) == last_; });
        const bool same_beginning = lines.empty() || hash(lines.front()) == first_;
        if (read == lines.rend() && same_beginning && lines.size() < count_) {
            return {lines.size(), !std::exchange(shorter_, true)};
        }
        step = {read != lines.rend() ? static_cast<std::size_t>(lines.rend() - read)
                : same_beginning     ? count_
                                     : 0,
                true};
    }
    shorter_ = false;
    count_ = lines.size();
    if (!lines.empty()) {
        first_ = hash(lines.front());
        last_ = hash(lines.back());
    }
    return step;
}

}  // namespace tinystacks::api
