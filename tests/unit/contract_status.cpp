#include "contract/status.hpp"
#include "document/json.hpp"
#include "tests/support/catch.hpp"

using namespace tinystacks;
using deployment::Outcome;

TEST_CASE("contract::find_outcome knows how a status word ends", "[contract]")
{
    const auto [word, outcome] = GENERATE(table<std::string, std::optional<Outcome>>({
        {"SUCCEEDED", Outcome::succeeded},
        {"success", Outcome::succeeded},
        {"UPDATE_COMPLETE", Outcome::succeeded},
        {"Update Complete", Outcome::succeeded},
        {"timed-out", Outcome::failed},
        {"FAILED", Outcome::failed},
        {"UPDATE_ROLLBACK_COMPLETE", Outcome::rolled_back},
        {"UPDATE_ROLLBACK_FAILED", Outcome::rollback_failed},
        {"Superseded", Outcome::superseded},
        {"stopped", Outcome::stopped},
        // Neither what goes on nor what nobody knows is an end.
        {"IN_PROGRESS", std::nullopt},
        {"UPDATE_ROLLBACK_IN_PROGRESS", std::nullopt},
        {"SPLENDID", std::nullopt},
        {"", std::nullopt},
    }));
    CAPTURE(word);
    CHECK(contract::find_outcome(word) == outcome);
}

TEST_CASE("contract::find_time reads both of the contract's kinds of time", "[contract]")
{
    const auto [json, text] = GENERATE(table<std::string, std::string>({
        {R"("2026-11-30T12:00:00Z")", "2026-11-30T12:00:00.000Z"},
        {"1796040000", "2026-11-30T12:00:00.000Z"},
        {"1796040000250", "2026-11-30T12:00:00.250Z"},
        {R"("soon")", ""},
        {"-1", ""},
        {"1e300", ""},
        {"true", ""},
        {"null", ""},
    }));
    CAPTURE(json);
    const auto time = contract::find_time(document::parse_json(json, "test").root);
    CHECK((time ? to_rfc3339(*time) : "") == text);
}
