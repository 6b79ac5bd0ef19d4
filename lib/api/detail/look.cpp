#include "api/detail/look.hpp"

#include "base/text.hpp"

namespace tinystacks::api {
namespace {

/// Looks in a row that may fail, each of which has asked several times already.
constexpr int failures_at_most = 3;

/// Whether asking again later may help. What was just made may not be found for a moment.
bool may_pass(const Error& error)
{
    return error.kind() == ErrorKind::failed || error.kind() == ErrorKind::unavailable ||
           error.kind() == ErrorKind::not_found;
}

}  // namespace

deployment::Verdict look_until_end(const Look& look, std::chrono::milliseconds limit, std::string_view what,
                                   const std::string& hint, const Around& around)
{
    Pace pace(around.patience, limit);
    int failures = 0;
    try {
        while (true) {
            bool changed = false;
            try {
                if (auto verdict = look(changed)) {
                    return *verdict;
                }
                failures = 0;
            } catch (const Error& error) {
                if (!may_pass(error) || ++failures == failures_at_most) {
                    return unseen(fmt::format("nobody saw the end of {}: {}", what, error.what()), hint);
                }
                note(around, fmt::format("{} cannot be seen for now: {}", what, error.what()), {});
            }
            if (pace.is_over()) {
                return unseen(fmt::format("{} has not ended within {}", what, to_short_text(limit)), hint);
            }
            pace.wait(changed, around.run.interruption);
        }
    } catch (const Interrupted&) {
        note(around, fmt::format("{} goes on at the server", what), hint);
        throw;
    }
}

}  // namespace tinystacks::api
