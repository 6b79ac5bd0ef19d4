#include "base/error.hpp"
#include "deployment/book.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/samples.hpp"

using namespace tinystacks;
using namespace deployment;

namespace {

const Time noon{std::chrono::milliseconds(1795521600000)};

/// Adds an act as the next entry.
void add(Book& book, Act act)
{
    const auto number = book.number + 1;
    apply(book,
          {number, "e" + std::to_string(number), book.last, "me", noon + std::chrono::seconds(number), std::move(act)});
}

Lease lease(std::uint64_t fence, const std::string& run)
{
    return {"shop", "stage/dev", "me", run, fence, noon, noon + std::chrono::minutes(2)};
}

Deployment with_outcome(const std::string& id, Outcome outcome)
{
    auto deployment = support::ended_deployment(id, "r1");
    deployment.verdict.outcome = outcome;
    deployment.state = outcome == Outcome::waiting ? State::waiting : State::ended;
    return deployment;
}

}  // namespace

TEST_CASE("a book takes only the entry that follows its last one", "[deployment]")
{
    Book book;
    add(book, LeaseTaken{lease(1, "r1")});
    const auto before = book;
    CHECK_THROWS_AS(apply(book, {1, "x", "", "me", noon, LeaseTaken{lease(2, "r2")}}), Error);
    CHECK_THROWS_AS(apply(book, {3, "x", "e1", "me", noon, LeaseTaken{lease(2, "r2")}}), Error);
    CHECK_THROWS_AS(apply(book, {2, "x", "another's", "me", noon, LeaseTaken{lease(2, "r2")}}), Error);
    CHECK(book == before);
}

TEST_CASE("what was written under a lease that went to another changes nothing", "[deployment]")
{
    Book book;
    add(book, LeaseTaken{lease(1, "r1")});
    add(book, Recorded{support::running_deployment("d1", "r1"), 1});
    add(book, LeaseTaken{lease(2, "r2")});
    add(book, Recorded{support::ended_deployment("d1", "r1"), 1});
    CHECK(find_deployment(book, "d1")->state == State::running);
    add(book, LeaseGivenBack{"stage/dev", 1});
    CHECK(book.leases.at("stage/dev").run == "r2");
    add(book, LeaseGivenBack{"stage/dev", 2});
    CHECK(book.leases.at("stage/dev").run.empty());
    CHECK(book.leases.at("stage/dev").fence == 2);
}

TEST_CASE("a newer deployment supersedes one that waits for an approval", "[deployment]")
{
    Book book;
    add(book, Recorded{with_outcome("d1", Outcome::waiting), 0});
    auto elsewhere = with_outcome("d2", Outcome::waiting);
    elsewhere.stage = "prod";
    add(book, Recorded{elsewhere, 0});
    add(book, Recorded{with_outcome("d3", Outcome::waiting), 0});
    CHECK(find_deployment(book, "d1")->verdict.outcome == Outcome::superseded);
    CHECK(find_deployment(book, "d1")->verdict.sentence ==
          "superseded by deployment d3 while it waited for an approval");
    CHECK(find_deployment(book, "d2")->verdict.outcome == Outcome::waiting);
    add(book, Recorded{with_outcome("d3", Outcome::succeeded), 0});
    CHECK(find_current(book, "dev")->id == "d3");
}

TEST_CASE("a book stays small and keeps what a stage runs", "[deployment]")
{
    Book book;
    add(book, Recorded{with_outcome("good", Outcome::succeeded), 0});
    for (int i = 0; i < 120; ++i) {
        add(book, Recorded{with_outcome("bad" + std::to_string(i), Outcome::failed), 0});
        add(book, Built{{"shop", std::to_string(i), "sha256:1", "r1", noon}, 0});
    }
    CHECK(book.deployments.size() == 50);
    CHECK(find_current(book, "dev")->id == "good");
    CHECK(history(book, "dev", 1).front().id == "bad119");
    CHECK_FALSE(find_deployment(book, "bad60").has_value());
    CHECK(find_deployment(book, "bad80")->verdict.evidence.empty());
    CHECK_FALSE(find_deployment(book, "bad119")->verdict.evidence.empty());
    CHECK(book.builds.size() == 100);
    CHECK_FALSE(find_build(book, "19").has_value());
    CHECK(find_build(book, "20").has_value());
}

TEST_CASE("an approval holds for its image and stage only, and the last word counts", "[deployment]")
{
    Book book;
    Approval approval{"prod", "d1", "abc", "sha256:1", "me@here", false, Decision::approved, "", noon};
    add(book, Decided{approval});
    CHECK(find_approval(book, "prod", "abc", "sha256:1") == approval);
    CHECK_FALSE(find_approval(book, "prod", "abc", "sha256:2").has_value());
    CHECK_FALSE(find_approval(book, "prod", "abd", "sha256:1").has_value());
    CHECK_FALSE(find_approval(book, "dev", "abc", "sha256:1").has_value());
    approval.decision = Decision::rejected;
    add(book, Decided{approval});
    CHECK(find_approval(book, "prod", "abc", "sha256:1")->decision == Decision::rejected);
}

TEST_CASE("a variable of a stage and one of every stage are two", "[deployment]")
{
    Book book;
    Variable variable{"", "TZ", Variable::Use::runtime, Variable::Kind::plain, "UTC"};
    add(book, VariableSet{variable});
    variable.stage = "dev";
    add(book, VariableSet{variable});
    CHECK(book.variables.size() == 2);
    variable.value = "CET";
    add(book, VariableSet{variable});
    CHECK(book.variables.size() == 2);
    CHECK(book.variables.back().value == "CET");
    variable.value.reset();
    add(book, VariableSet{variable});
    add(book, VariableSet{variable});
    REQUIRE(book.variables.size() == 1);
    CHECK(book.variables.front().stage.empty());
}

TEST_CASE("a rejection ends what waits, and nothing else", "[deployment]")
{
    Book book;
    auto waiting = with_outcome("d1", Outcome::waiting);
    waiting.ended_at.reset();
    add(book, Recorded{waiting, 0});
    add(book, Decided{{"dev", "d1", waiting.commit, "sha256:other", "me", true, Decision::rejected, "", noon}});
    CHECK(find_waiting(book, "dev")->id == "d1");
    add(book, Decided{{"dev", "d1", waiting.commit, waiting.digest, "me", true, Decision::rejected, "no", noon}});
    CHECK_FALSE(find_waiting(book, "dev").has_value());
    const auto ended = find_deployment(book, "d1").value();
    CHECK(ended.state == State::ended);
    CHECK(ended.ended_at == noon);
    CHECK(ended.verdict.outcome == Outcome::stopped);
    CHECK(ended.verdict.sentence == "rejected by me: no");
}

TEST_CASE("a rollback leads to the image before, and takes back approvals of its stage", "[deployment]")
{
    Book book;
    const auto release = [&](const std::string& id, const std::string& digest) {
        auto deployment = with_outcome(id, Outcome::succeeded);
        deployment.digest = digest;
        add(book, Recorded{deployment, 0});
    };
    release("d1", "sha256:1");
    release("d2", "sha256:2");
    release("d3", "sha256:3");
    release("d4", "sha256:3");
    const auto current = [&] { return find_current(book, "dev").value(); };
    CHECK(find_before(book, current())->id == "d2");
    for (const auto* stage : {"dev", "prod"}) {
        add(book, Decided{{stage, "d4", "abc", "sha256:3", "me", true, Decision::approved, "", noon}});
    }
    auto back = with_outcome("d5", Outcome::succeeded);
    back.digest = "sha256:2";
    back.means = Means::rollback;
    back.rollback_of = "d2";
    add(book, Recorded{back, 0});
    CHECK(current().id == "d5");
    CHECK(find_before(book, current())->id == "d1");
    CHECK_FALSE(find_approval(book, "dev", "abc", "sha256:3").has_value());
    CHECK(find_approval(book, "prod", "abc", "sha256:3").has_value());
    back.id = "d6";
    back.digest = "sha256:1";
    back.rollback_of = "d1";
    add(book, Recorded{back, 0});
    CHECK_FALSE(find_before(book, current()).has_value());
}
