#pragma once

#include "base/time.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::deployment {

enum class Outcome { succeeded, failed, rolled_back, rollback_failed, superseded, stopped, waiting, uncertain };
enum class Owner { application, infrastructure, operator_, undecided };

/// Something seen that supports a verdict, in the source's own words.
struct Evidence {
    std::string source;
    Time at;
    std::string text;
    bool operator==(const Evidence&) const = default;
};

/// How a deployment ended, and why. A value, never an exception.
struct Verdict {
    Outcome outcome = Outcome::uncertain;
    std::string cause;  ///< id of the catalogue such as `docker.crash_on_start`; empty when it succeeded or none fits
    std::optional<Owner> owner;
    std::string sentence;
    std::string hint;
    std::optional<Time> certain_at;
    std::vector<Evidence> evidence;
    bool operator==(const Verdict&) const = default;
};

struct PhaseResult {
    std::string name;    ///< build, release, deployment, test
    std::string status;  ///< SUCCEEDED, FAILED, SKIPPED, STOPPED
    double seconds = 0;
    bool operator==(const PhaseResult&) const = default;
};

/// `waiting`: for an approval; nothing runs until it has one.
enum class State { running, waiting, ended, interrupted };

/// How a deployment gets its stage to the image: by release.yml, by starting again what ran before, or by giving what
/// runs other variables.
enum class Means { release, rollback, refresh };

/// One attempt to bring a stage to a digest.
struct Deployment {
    std::string id;
    std::string run;  ///< the run (one command's work) it belongs to: its journal's name
    std::string stack;
    std::string stage;
    std::string target;  ///< ecs, lambda or docker
    std::string region;
    std::string commit;
    std::string digest;
    std::string url;
    std::string task_definition;  ///< ECS: the revision that it started, or empty
    Means means = Means::release;
    std::string rollback_of;             ///< the deployment whose image it has; empty for a release
    bool alone = false;                  ///< its run was asked for this stage only: none follows
    std::vector<std::string> variables;  ///< names of the runtime variables that it set
    Time started_at;
    std::optional<Time> ended_at;
    State state = State::running;
    std::vector<PhaseResult> phases;
    Verdict verdict;
    bool operator==(const Deployment&) const = default;
};

/// A verdict `failed`, certain since `now`.
[[nodiscard]] Verdict failed(std::string cause, Owner owner, std::string sentence, std::string hint, Time now);

/// 0, 6, 8, 9, 10, 11 or 12 (docs/interface.md).
[[nodiscard]] int exit_code(const Verdict& verdict);
[[nodiscard]] std::string_view to_string(Outcome outcome);
[[nodiscard]] std::string_view to_string(Owner owner);
[[nodiscard]] std::string_view to_string(State state);
[[nodiscard]] std::string_view to_string(Means means);
[[nodiscard]] std::optional<Outcome> find_outcome(std::string_view text);
[[nodiscard]] std::optional<Owner> find_owner(std::string_view text);
[[nodiscard]] std::optional<State> find_state(std::string_view text);
[[nodiscard]] std::optional<Means> find_means(std::string_view text);

}  // namespace tinystacks::deployment
