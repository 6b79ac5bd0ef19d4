#include "deployment/record.hpp"
#include "deployment/rollout.hpp"

#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <random>

namespace tinystacks::deployment {
namespace {

using nlohmann::json;

/// A recorded rollout, and what it came to: its name begins with the outcome.
struct Recorded {
    std::string name;
    std::vector<Observation> observations;
    Judgement judgement;
};

std::vector<Recorded> recorded()
{
    std::vector<Recorded> all;
    for (const auto& entry : std::filesystem::directory_iterator(TS_FIXTURES "/records")) {
        Recorded one{entry.path().stem(), read_record(entry.path()), {}};
        one.judgement = judge(one.observations, one.observations.back().at);
        all.push_back(std::move(one));
    }
    std::ranges::sort(all, {}, &Recorded::name);
    return all;
}

Time at(int seconds)
{
    return Time(std::chrono::seconds(1'700'000'000 + seconds));
}

/// A service that is rolled out, as its answers show it.
class Service {
public:
    Service()
    {
        observations_.push_back({at(0),
                                 "Baseline",
                                 {{"target", "ecs"},
                                  {"cluster", "shop"},
                                  {"service", "api"},
                                  {"task_definition", "api:1"},
                                  {"deployments", {"ecs-svc/1"}},
                                  {"service_deployments", json::array()},
                                  {"events", json::array()}}});
    }

    /// What apply() observes before a revision of ours takes the place of the release's.
    Service& baseline_of_revision(int second)
    {
        auto reply = observations_.front().reply;
        reply["released"] = "api:2";
        reply["deployments"].push_back("ecs-svc/2");
        reply["service_deployments"].push_back("arn:sd/2");
        return add(second, "Baseline", reply);
    }

    Service& shows(int second, const json& deployments, bool breaker = true)
    {
        return add(second, "DescribeServices",
                   {{"services",
                     {{{"status", "ACTIVE"},
                       {"desiredCount", 1},
                       {"taskDefinition", deployments[0]["taskDefinition"]},
                       {"deploymentConfiguration",
                        {{"deploymentCircuitBreaker", {{"enable", breaker}, {"rollback", breaker}}}}},
                       {"deployments", deployments}}}}});
    }

    Service& attempt(int second, const std::string& status, const std::string& words = {},
                     const std::string& breaker = "MONITORING", const std::string& arn = "arn:sd/2")
    {
        return add(second, "DescribeServiceDeployments",
                   {{"serviceDeployments",
                     {{{"serviceDeploymentArn", arn},
                       {"status", status},
                       {"statusReason", words},
                       {"createdAt", seconds(arn == "arn:sd/2" ? 1 : 6)},
                       {"deploymentCircuitBreaker", {{"status", breaker}, {"failureCount", 0}, {"threshold", 3}}}}}}});
    }

    Service& task(int second, const std::string& id, int born, int exit_code)
    {
        return add(second, "DescribeTasks",
                   {{"tasks",
                     {{{"taskArn", "arn:task/" + id},
                       {"startedBy", "ecs-svc/2"},
                       {"createdAt", seconds(born)},
                       {"startedAt", seconds(born + 3)},
                       {"stoppingAt", seconds(second)},
                       {"desiredStatus", "STOPPED"},
                       {"lastStatus", "STOPPED"},
                       {"stopCode", "EssentialContainerExited"},
                       {"stoppedReason", "Essential container in task exited"},
                       {"containers", {{{"name", "app"}, {"exitCode", exit_code}}}}}}}});
    }

    Service& add(int second, const std::string& operation, const json& reply)
    {
        observations_.push_back({at(second), operation, reply});
        return *this;
    }

    [[nodiscard]] Judgement judged() const { return judge(observations_, observations_.back().at); }

    static double seconds(int second) { return 1'700'000'000.0 + second; }

private:
    std::vector<Observation> observations_;
};

json deployment(const std::string& id, const std::string& status, const std::string& rollout, int running = 1)
{
    return {{"id", "ecs-svc/" + id},
            {"status", status},
            {"taskDefinition", "api:" + id},
            {"rolloutState", rollout},
            {"createdAt", Service::seconds(id == "1" ? -1000 : 1)},
            {"runningCount", running}};
}

const json rolling = json::array({deployment("2", "PRIMARY", "IN_PROGRESS"), deployment("1", "ACTIVE", "COMPLETED")});

}  // namespace

TEST_CASE("judge gives no verdict before the end", "[deployment]")
{
    const auto judgement = Service().shows(2, rolling).attempt(3, "IN_PROGRESS").judged();

    CHECK_FALSE(judgement.verdict);
    CHECK(judgement.advice == Advice::watch);
}

TEST_CASE("judge calls a rollout good only when the service says so too", "[deployment]")
{
    auto service = Service().shows(2, rolling).attempt(8, "SUCCESSFUL");

    CHECK_FALSE(service.judged().verdict);

    service.shows(9, json::array({deployment("2", "PRIMARY", "COMPLETED")}));
    REQUIRE(service.judged().verdict);
    CHECK(service.judged().verdict->outcome == Outcome::succeeded);
    CHECK(service.judged().verdict->cause.empty());
}

TEST_CASE("judge never calls a rolled back rollout good", "[deployment]")
{
    const auto judgement = Service()
                               .shows(2, rolling)
                               .task(8, "a", 2, 3)
                               .attempt(20, "ROLLBACK_SUCCESSFUL", "Service deployment rolled back", "TRIGGERED")
                               .shows(21, json::array({deployment("1", "PRIMARY", "COMPLETED")}))
                               .judged();

    REQUIRE(judgement.verdict);
    CHECK(judgement.verdict->outcome == Outcome::rolled_back);
    CHECK(judgement.verdict->cause == "ecs.exit.nonzero");
    CHECK(judgement.verdict->owner == Owner::application);
}

TEST_CASE("judge brings back what crashes and is not counted", "[deployment]")
{
    auto service = Service().shows(2, rolling).attempt(3, "IN_PROGRESS").task(8, "a", 2, 3);
    CHECK(service.judged().advice == Advice::watch);
    CHECK_FALSE(service.judged().finding);

    service.task(16, "b", 9, 3).shows(20, rolling);

    const auto judgement = service.judged();
    REQUIRE(judgement.finding);
    CHECK(judgement.finding->cause == "ecs.exit.nonzero");
    CHECK(judgement.advice == Advice::bring_back);
    CHECK(judgement.rollout == "arn:sd/2");
}

TEST_CASE("judge calls a deployment that another one replaced superseded", "[deployment]")
{
    auto other = deployment("3", "PRIMARY", "IN_PROGRESS");
    other["createdAt"] = Service::seconds(6);
    const auto judgement = Service()
                               .shows(2, rolling)
                               .shows(7, json::array({other, deployment("2", "ACTIVE", "IN_PROGRESS"),
                                                      deployment("1", "ACTIVE", "COMPLETED")}))
                               .judged();

    REQUIRE(judgement.verdict);
    CHECK(judgement.verdict->outcome == Outcome::superseded);
    CHECK(judgement.verdict->owner == Owner::operator_);
}

TEST_CASE("judge takes nothing of before a second baseline for the rollout of our revision", "[deployment]")
{
    auto service = Service().shows(2, rolling).baseline_of_revision(5);
    auto ours = deployment("3", "PRIMARY", "IN_PROGRESS");
    ours["createdAt"] = Service::seconds(6);
    const auto others = [&] { return json::array({ours, deployment("2", "ACTIVE", "IN_PROGRESS")}); };

    service.shows(7, others()).attempt(8, "STOPPED");  // of the release, which ours took the place of
    CHECK_FALSE(service.judged().verdict);
    CHECK(service.judged().rollout.empty());

    ours["rolloutState"] = "COMPLETED";
    service.attempt(9, "SUCCESSFUL", "", "MONITORING", "arn:sd/3").shows(9, json::array({ours}));
    REQUIRE(service.judged().verdict);
    CHECK(service.judged().verdict->outcome == Outcome::succeeded);
    CHECK(service.judged().verdict->sentence == "the service runs api:3");
}

TEST_CASE("judge does not call it the old version when AWS goes back to the release only", "[deployment]")
{
    auto ours = deployment("3", "PRIMARY", "IN_PROGRESS");
    ours["createdAt"] = Service::seconds(6);
    auto service =
        Service().baseline_of_revision(5).shows(7, json::array({ours, deployment("2", "ACTIVE", "COMPLETED")}));
    service.attempt(20, "ROLLBACK_SUCCESSFUL", "the circuit breaker threshold was exceeded", "TRIGGERED", "arn:sd/3")
        .shows(21, json::array({deployment("2", "PRIMARY", "COMPLETED")}));

    CHECK_FALSE(service.judged().verdict);
    CHECK(service.judged().advice == Advice::bring_back);

    service.add(22, "UpdateService", {{"service", {{"deployments", {deployment("4", "PRIMARY", "IN_PROGRESS")}}}}})
        .shows(30, json::array({deployment("4", "PRIMARY", "COMPLETED")}));
    REQUIRE(service.judged().verdict);
    CHECK(service.judged().verdict->outcome == Outcome::rolled_back);
}

TEST_CASE("judge is uncertain of a revision or an update of ours that was never started", "[deployment]")
{
    const auto release = json::array({deployment("2", "PRIMARY", "COMPLETED")});
    auto service = Service().baseline_of_revision(5).shows(6, release).shows(12, release);
    CHECK_FALSE(service.judged().verdict);
    service.shows(22, release);
    REQUIRE(service.judged().verdict);
    CHECK(service.judged().verdict->outcome == Outcome::uncertain);

    std::vector<Observation> function = {
        {at(0), "Baseline", {{"target", "lambda"}, {"image", "i"}, {"second", true}, {"revision", "r1"}}}};
    for (int second = 1; second < 30; ++second) {
        function.push_back({at(second), "GetFunctionConfiguration", {{"State", "Active"}, {"RevisionId", "r1"}}});
    }
    CHECK_FALSE(judge(function, at(10)).verdict);
    REQUIRE(judge(function, at(29)).verdict);
    CHECK(judge(function, at(29)).verdict->outcome == Outcome::uncertain);
}

TEST_CASE("judge of recorded rollouts gives the outcome they are named after", "[deployment]")
{
    for (const auto& one : recorded()) {
        CAPTURE(one.name);
        REQUIRE(one.judgement.verdict);
        CHECK(one.name.starts_with(to_string(one.judgement.verdict->outcome)));
    }
}

TEST_CASE("judge never leaves a final verdict", "[deployment]")
{
    for (const auto& one : recorded()) {
        CAPTURE(one.name);
        std::optional<Verdict> final;
        for (const auto& observation : one.observations) {
            const auto verdict = judge(one.observations, observation.at).verdict;
            if (final) {
                REQUIRE(verdict == final);
            }
            final = verdict;
        }
    }
}

TEST_CASE("judge does not depend on the order in which answers are given to it", "[deployment]")
{
    std::mt19937 random(4);
    for (const auto& one : recorded()) {
        CAPTURE(one.name);
        auto shuffled = one.observations;
        std::ranges::shuffle(shuffled, random);
        CHECK(judge(shuffled, shuffled.empty() ? Time() : one.observations.back().at) == one.judgement);
    }
}

TEST_CASE("judge comes to the same outcome at a slower pace", "[deployment]")
{
    std::mt19937 random(5);
    std::bernoulli_distribution drop(0.4);
    std::size_t judged = 0;
    for (const auto& one : recorded()) {
        CAPTURE(one.name);
        std::vector<Observation> fewer;
        for (const auto& observation : one.observations) {
            const bool act = observation.operation == "StopServiceDeployment" ||
                             observation.operation == "UpdateService" || observation.operation == "Baseline" ||
                             observation.operation == "UpdateFunctionCode" || observation.operation == "Invoke";
            if (act || &observation + 6 > &one.observations.back() || !drop(random)) {
                fewer.push_back(observation);
            }
        }
        const auto judgement = judge(fewer, one.observations.back().at);
        if (judgement.verdict) {  // it may need answers that come only later
            ++judged;
            CHECK(judgement.verdict->outcome == one.judgement.verdict->outcome);
        }
    }
    CHECK(judged * 4 >= recorded().size() * 3);
}

TEST_CASE("scrubbed hides account numbers and the values of variables", "[deployment]")
{
    const json reply = {{"taskDefinitionArn", "arn:aws:ecs:us-east-1:998877665544:task-definition/api:2"},
                        {"environment", {{{"name", "DB_PASSWORD"}, {"value", "hunter2"}}}},
                        {"createdAt", 1700000000.5}};

    const auto clean = scrubbed(reply);

    CHECK(clean["taskDefinitionArn"] == "arn:aws:ecs:us-east-1:123456789012:task-definition/api:2");
    CHECK(clean["environment"][0]["value"] == "***");
    CHECK(clean["createdAt"] == reply["createdAt"]);
}

TEST_CASE("judge bears answers that hold what no model lists", "[deployment]")
{
    const std::vector<Observation> odd = {
        {at(0), "Baseline", {{"target", "ecs"}, {"deployments", {1, nullptr}}, {"events", "none"}}},
        {at(1), "DescribeServices", {{"services", {1}}}},
        {at(2), "DescribeServices", {{"services", {{{"deployments", {{{"id", 7}, {"createdAt", "soon"}}}}}}}}},
        {at(3), "DescribeTasks", {{"tasks", {{{"containers", "app"}, {"lastStatus", 5}}}}}},
        {at(4), "DescribeTargetHealth", {{"TargetHealthDescriptions", {nullptr}}}},
        {at(5), "Invented", nullptr}};

    CHECK_FALSE(judge(odd, at(9)).verdict);
}

}  // namespace tinystacks::deployment
