#include "deployment/deployment.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace tinystacks::deployment {
namespace {

struct OutcomeRow {
    Outcome outcome;
    std::string_view text;
    int exit_code;
};

constexpr std::array outcomes = {
    OutcomeRow{Outcome::succeeded, "succeeded", 0},      OutcomeRow{Outcome::failed, "failed", 10},
    OutcomeRow{Outcome::rolled_back, "rolled_back", 11}, OutcomeRow{Outcome::rollback_failed, "rollback_failed", 12},
    OutcomeRow{Outcome::superseded, "superseded", 6},    OutcomeRow{Outcome::stopped, "stopped", 6},
    OutcomeRow{Outcome::waiting, "waiting", 8},          OutcomeRow{Outcome::uncertain, "uncertain", 9},
};

constexpr std::array owners = {
    std::pair{Owner::application, std::string_view("application")},
    std::pair{Owner::infrastructure, std::string_view("infrastructure")},
    std::pair{Owner::operator_, std::string_view("operator")},
    std::pair{Owner::undecided, std::string_view("undecided")},
};

constexpr std::array states = {
    std::pair{State::running, std::string_view("running")},
    std::pair{State::waiting, std::string_view("waiting")},
    std::pair{State::ended, std::string_view("ended")},
    std::pair{State::interrupted, std::string_view("interrupted")},
};

constexpr std::array means_names = {
    std::pair{Means::release, std::string_view("release")},
    std::pair{Means::rollback, std::string_view("rollback")},
    std::pair{Means::refresh, std::string_view("refresh")},
};

const OutcomeRow& row(Outcome outcome)
{
    return *std::ranges::find(outcomes, outcome, &OutcomeRow::outcome);
}

template <typename Table>
auto find_value(const Table& table, std::string_view text) -> std::optional<decltype(table.front().first)>
{
    for (const auto& [value, name] : table) {
        if (name == text) {
            return value;
        }
    }
    return std::nullopt;
}

}  // namespace

Verdict failed(std::string cause, Owner owner, std::string sentence, std::string hint, Time now)
{
    Verdict verdict;
    verdict.outcome = Outcome::failed;
    verdict.cause = std::move(cause);
    verdict.owner = owner;
    verdict.sentence = std::move(sentence);
    verdict.hint = std::move(hint);
    verdict.certain_at = now;
    return verdict;
}

int exit_code(const Verdict& verdict)
{
    return row(verdict.outcome).exit_code;
}

std::string_view to_string(Outcome outcome)
{
    return row(outcome).text;
}

std::string_view to_string(Owner owner)
{
    return std::ranges::find(owners, owner, &decltype(owners)::value_type::first)->second;
}

std::string_view to_string(State state)
{
    return std::ranges::find(states, state, &decltype(states)::value_type::first)->second;
}

std::optional<Outcome> find_outcome(std::string_view text)
{
    const auto* found = std::ranges::find(outcomes, text, &OutcomeRow::text);
    return found == outcomes.end() ? std::nullopt : std::optional(found->outcome);
}

std::optional<Owner> find_owner(std::string_view text)
{
    return find_value(owners, text);
}

std::optional<State> find_state(std::string_view text)
{
    return find_value(states, text);
}

std::string_view to_string(Means means)
{
    return std::ranges::find(means_names, means, &decltype(means_names)::value_type::first)->second;
}

std::optional<Means> find_means(std::string_view text)
{
    return find_value(means_names, text);
}

}  // namespace tinystacks::deployment
