#include "deployment/deployment.hpp"

#include "tests/support/catch.hpp"

using namespace tinystacks;
using deployment::Outcome;
using deployment::Owner;
using deployment::State;

TEST_CASE("exit_code of a verdict is the published one", "[deployment]")
{
    const auto [outcome, text, code] = GENERATE(table<Outcome, std::string, int>({
        {Outcome::succeeded, "succeeded", 0},
        {Outcome::failed, "failed", 10},
        {Outcome::rolled_back, "rolled_back", 11},
        {Outcome::rollback_failed, "rollback_failed", 12},
        {Outcome::superseded, "superseded", 6},
        {Outcome::stopped, "stopped", 6},
        {Outcome::waiting, "waiting", 8},
        {Outcome::uncertain, "uncertain", 9},
    }));
    CAPTURE(text);
    deployment::Verdict verdict;
    verdict.outcome = outcome;
    CHECK(deployment::exit_code(verdict) == code);
    CHECK(deployment::to_string(outcome) == text);
    CHECK(deployment::find_outcome(text) == outcome);
}

TEST_CASE("owners and states are written as one word and read back", "[deployment]")
{
    for (const auto owner : {Owner::application, Owner::infrastructure, Owner::operator_, Owner::undecided}) {
        CHECK(deployment::find_owner(deployment::to_string(owner)) == owner);
    }
    for (const auto state : {State::running, State::waiting, State::ended, State::interrupted}) {
        CHECK(deployment::find_state(deployment::to_string(state)) == state);
    }
    CHECK(deployment::to_string(Owner::operator_) == "operator");
    CHECK_FALSE(deployment::find_outcome("banana").has_value());
    CHECK_FALSE(deployment::find_owner("operator_").has_value());
    CHECK_FALSE(deployment::find_state("").has_value());
}
