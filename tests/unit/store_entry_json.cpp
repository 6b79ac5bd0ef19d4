#include "base/error.hpp"
#include "store/detail/entry_json.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/samples.hpp"

#include <nlohmann/json.hpp>

using namespace tinystacks;
using deployment::Entry;
using deployment::Variable;

namespace {

const Time noon{std::chrono::milliseconds(1795521600000)};

Entry through_text(const Entry& entry)
{
    return store::entry_from_json(store::parse_stored(store::to_text(store::to_json(entry))));
}

deployment::Deployment through_text(const deployment::Deployment& deployment)
{
    return store::deployment_from_json(store::parse_stored(store::to_text(store::to_json(deployment))));
}

std::vector<deployment::Act> every_act()
{
    auto rolled_back = support::ended_deployment("d1", "r1");
    rolled_back.verdict.owner = deployment::Owner::operator_;
    rolled_back.verdict.outcome = deployment::Outcome::rolled_back;
    rolled_back.verdict.cause = "docker.crash_on_start";
    rolled_back.task_definition = "arn:aws:ecs:us-east-1:123456789012:task-definition/app:7";
    rolled_back.rollback_of = "d0";
    return {
        deployment::LeaseTaken{{"shop", "stage/dev", "me@here, pid 1", "r1", 7, noon, noon + std::chrono::hours(1)}},
        deployment::LeaseGivenBack{"build", 3},
        deployment::Built{{"shop", "abc", "sha256:1", "r1", noon}, 2},
        deployment::Recorded{support::running_deployment("d2", "r1"), 7},
        deployment::Recorded{rolled_back, 0},
        deployment::Decided{{"prod", "d2", "abc", "sha256:1", "arn:aws:iam::1:user/me", true,
                             deployment::Decision::rejected, "not on a Friday", noon}},
        deployment::VariableSet{{"", "TZ", Variable::Use::build, Variable::Kind::plain, "UTC"}},
        deployment::VariableSet{{"dev", "DB", Variable::Use::runtime, Variable::Kind::secret, std::nullopt}},
    };
}

}  // namespace

TEST_CASE("an entry is read back from its JSON as it was", "[store]")
{
    std::uint64_t number = 0;
    for (const auto& act : every_act()) {
        const Entry entry{++number, "x-1", "x-0", "me@here, pid 1", noon, act};
        CAPTURE(store::to_text(store::to_json(entry)));
        CHECK(through_text(entry) == entry);
    }
}

TEST_CASE("a book is read back from its JSON as it was", "[store]")
{
    deployment::Book book;
    for (const auto& act : every_act()) {
        apply(book, {book.number + 1, std::to_string(book.number + 1), book.last, "me", noon, act});
    }
    CHECK(book.number == every_act().size());
    CHECK(store::book_from_json(store::parse_stored(store::to_text(store::to_json(book)))) == book);
}

TEST_CASE("a deployment with ill-formed UTF-8 can be stored", "[store]")
{
    auto deployment = support::ended_deployment("d1", "r1");
    deployment.verdict.evidence.front().text = "caf\xE9";
    CHECK(through_text(deployment).verdict.evidence.front().text == "caf\xEF\xBF\xBD");
}

TEST_CASE("what is no entry, book or deployment is refused", "[store]")
{
    const std::string text =
        GENERATE(as<std::string>(), "", "{}", "[1]", R"({"id":1})", R"({"act":"dance","number":1})", "{\"act\":");
    CAPTURE(text);
    CHECK_THROWS_AS(store::entry_from_json(store::parse_stored(text)), Error);
    CHECK_THROWS_AS(store::book_from_json(store::parse_stored(text)), Error);
    CHECK_THROWS_AS(store::deployment_from_json(store::parse_stored(text)), Error);
}
