#pragma once

#include "api/catalogue.hpp"
#include "api/detail/pace.hpp"
#include "control/control_plane.hpp"
#include "mask/masker.hpp"

/// Long work against a server: what it uses, and what its parts have in common.
namespace tinystacks::api {

struct Around {
    Catalogue& catalogue;
    const http::Patience& patience;
    const Clock& clock;
    const mask::Secrets& secrets;
    const pipeline::Run& run;
};

[[nodiscard]] control::SourceOutcome change_source(const control::SourceRequest& request, const Around& around);
[[nodiscard]] control::StackOutcome change_stack(const control::StackRequest& request, const Around& around);
/// Throws Error{not_found} when there is nothing of which a log could be.
void show_log(const control::LogRequest& request, const Around& around);

/// A remark for who watches.
void note(const Around& around, std::string message, std::string hint);

/// What a server's status word says of something that has ended: `uncertain`, the word shown, when nobody knows it.
[[nodiscard]] deployment::Verdict judge_end(std::string_view what, const std::string& word, Time now);
/// That nobody could see the end of something, and where to look for it.
[[nodiscard]] deployment::Verdict unseen(std::string sentence, std::string hint);

}  // namespace tinystacks::api
