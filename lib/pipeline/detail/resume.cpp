#include "pipeline/detail/resume.hpp"

#include "base/error.hpp"
#include "deployment/record.hpp"
#include "pipeline/detail/rollout.hpp"

namespace tinystacks::pipeline {

using deployment::Deployment;
using deployment::Outcome;
using deployment::State;

bool is_open(const Deployment& deployment)
{
    if (deployment.state != State::ended) {
        return true;
    }
    const auto outcome = deployment.verdict.outcome;
    const bool begun = !deployment.phases.empty();  // a rejected one never did
    // A rollout that somebody stopped watching goes on in AWS.
    const bool left = outcome == Outcome::uncertain && begun && deployment.phases.back().name == "deployment";
    return left || (outcome == Outcome::stopped && begun);
}

std::optional<Unfinished> find_unfinished(const deployment::Book& book, const std::string& stage)
{
    const auto newest = deployment::history(book, stage, 1);
    const bool open = !newest.empty() && is_open(newest.front());
    // Somebody else's build, refused later, does not hide what is open.
    if (stage.empty() && !open && book.built_last && book.builds.back().deploys) {
        return Unfinished{book.builds.back().commit, std::nullopt};
    }
    if (newest.empty()) {
        return std::nullopt;
    }
    const auto& last = newest.front();
    const bool stages_left = last.state == State::ended && last.verdict.outcome == Outcome::succeeded && !last.alone;
    return open || stages_left ? std::optional(Unfinished{last.commit, last}) : std::nullopt;
}

std::optional<deployment::Observation> find_baseline(const World& world, const std::string& run,
                                                     const std::string& stage)
{
    try {
        auto observations = deployment::read_record(baseline_file(world.journal_of(run), stage));
        return observations.empty() ? std::nullopt : std::optional(std::move(observations.back()));
    } catch (const Error&) {
        return std::nullopt;  // another machine, or an older version, began it
    }
}

}  // namespace tinystacks::pipeline
