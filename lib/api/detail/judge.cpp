#include "api/detail/around.hpp"

#include "base/text.hpp"
#include "contract/status.hpp"

namespace tinystacks::api {

void note(const Around& around, std::string message, std::string hint)
{
    around.run.sink.write({around.clock(), {}, log::Note{Severity::warning, {}, std::move(message), std::move(hint)}});
}

deployment::Verdict judge_end(std::string_view what, const std::string& word, Time now)
{
    deployment::Verdict verdict;
    const auto outcome = contract::find_outcome(word);
    verdict.outcome = outcome.value_or(deployment::Outcome::uncertain);
    const auto shown = printable_line(word);
    if (!outcome) {
        verdict.sentence =
            word.empty() ? fmt::format("{} has ended, and the server does not say how", what)
                         : fmt::format("{} has ended as '{}', a word that this version does not know", what, shown);
        return verdict;
    }
    verdict.sentence = fmt::format("{} ended as {}", what, shown);
    verdict.certain_at = now;
    if (verdict.outcome == deployment::Outcome::failed) {
        verdict.owner = deployment::Owner::undecided;
    }
    return verdict;
}

deployment::Verdict unseen(std::string sentence, std::string hint)
{
    deployment::Verdict verdict;
    verdict.outcome = deployment::Outcome::uncertain;
    verdict.sentence = std::move(sentence);
    verdict.hint = std::move(hint);
    return verdict;
}

}  // namespace tinystacks::api
