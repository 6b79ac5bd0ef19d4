#pragma once

#include "base/time.hpp"
#include "deployment/deployment.hpp"
#include "deployment/observation.hpp"

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

/// What AWS's answers say of a rollout: pure, no clock, no network.
namespace tinystacks::deployment {

/// What should be done about a rollout that goes on.
enum class Advice {
    watch,       ///< it is open how it ends, or AWS ends it by itself
    bring_back,  ///< it will not work, AWS does not end it, and there is something to go back to
    give_up,     ///< it will not work, AWS does not end it, and there is nothing to go back to
};

/// What the observations so far say.
struct Judgement {
    /// How it ended; empty while it goes on. Once there is a verdict, further observations do not change it.
    std::optional<Verdict> verdict;
    Advice advice = Advice::watch;
    /// Why it will fail, if that is certain though the end has not come: a verdict `failed`.
    std::optional<Verdict> finding;
    bool wants_call = false;  ///< a Lambda function is ready to be called for its health
    std::string rollout;      ///< ARN of the service deployment that is judged, once it is known
    std::string progress;     ///< "1 of 2 tasks run; …": what is being waited for
    std::string url;          ///< where the application answers, if the observations tell
    bool operator==(const Judgement&) const = default;
};

/// Judges a rollout as its answers come in, in the order of their times.
///
/// Only what AWS answered counts: no verdict before its evidence, and time alone proves nothing (an absence counts when
/// it was looked for and seen late enough). Source: the rules of docs/causes.md.
class Judge {
public:
    /// `target` is "ecs" or "lambda". Throws Error{invalid_input} for another.
    explicit Judge(std::string_view target);
    Judge(Judge&&) noexcept;
    Judge& operator=(Judge&&) noexcept;
    ~Judge();

    void observe(const Observation& observation);
    [[nodiscard]] Judgement judgement() const;
    /// What the rollout is called when nobody waits any longer: outcome `uncertain`, with what is known.
    [[nodiscard]] Verdict out_of_time(Time now) const;

    struct Rules;  ///< of one kind of target

private:
    std::string target_;
    std::unique_ptr<Rules> rules_;
    std::optional<Verdict> final_;
};

/// The judgement of `observations` made until `now`; their order does not matter, their times do. The first one of them
/// in time is the Baseline, which names the target.
[[nodiscard]] Judgement judge(std::span<const Observation> observations, Time now);

/// The verdict with the marks of its sentence and hint filled in; a mark without a value becomes a word in capitals.
[[nodiscard]] Verdict filled(Verdict verdict, const std::map<std::string, std::string>& names);

}  // namespace tinystacks::deployment
