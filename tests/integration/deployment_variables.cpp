#include "aws/ecs.hpp"
#include "aws/elbv2.hpp"
#include "aws/lambda.hpp"
#include "aws/logs.hpp"
#include "base/error.hpp"
#include "base/temp_dir.hpp"
#include "deployment/record.hpp"
#include "deployment/watch.hpp"
#include "http/retry.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/played_aws.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <filesystem>
#include <thread>

// What is started by Watch::apply() is judged, and brought back to what ran before the release.
// With TINYSTACKS_UPDATE_RECORDS=1 tests/fixtures/records gets what is observed here.

namespace tinystacks::deployment {
namespace {

using nlohmann::json;
using support::PlayedAws;
using Kind = Variable::Kind;

const std::string fast_breakage = R"("start": 2, "dies": {"at": 4, "exit": 78})";
const std::string never_starts = R"("start": null, "dies": {"at": 2, "code": "TaskFailedToStart",
  "words": "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret arn:secret:db: ResourceNotFoundException: Secrets Manager can't find the specified secret."})";

class Silence final : public log::Sink {
public:
    void write(const log::Event&) override {}
};

/// A stage on a played AWS, and what is done to it.
class Stage {
public:
    explicit Stage(const std::string& story)
        : target_(story.find("\"lambda\"") == std::string::npos ? "ecs" : "lambda"), aws_(story)
    {}

    [[nodiscard]] std::unique_ptr<Watch> watch(bool bring_back = true)
    {
        Lookout lookout{ecs,   elbv2_, lambda,      logs_, system_time, http::real_patience().wait,
                        sink_, "dev",  "us-east-1", {}};
        lookout.limit = std::chrono::minutes(1);
        lookout.bring_back = bring_back;
        if (bring_back) {
            lookout.record = [this, keep = record_to(record())](const Observation& observation) {
                keep(observation);
                if (observation.operation == "Baseline") {
                    baseline = observation;
                }
            };
        }
        return target_ == "ecs" ? watch_ecs(std::move(lookout), "main", "web")
                                : watch_lambda(std::move(lookout), "worker", "/healthz");
    }

    /// As a release.yml does it: the running task definition or function with another image.
    void release()
    {
        if (target_ == "lambda") {
            (void)lambda.update_function_code("worker", std::string(PlayedAws::repository) + ":dev");
            return;
        }
        auto definition = running();
        definition["containerDefinitions"][0]["image"] = std::string(PlayedAws::repository) + ":dev";
        const auto registered = ecs.register_task_definition(std::move(definition));
        (void)ecs.update_service("main", "web", registered["taskDefinition"]["taskDefinitionArn"]);
    }

    /// Waits until a deployment of the release has ended as `status`.
    void wait_for_release(const std::string& status)
    {
        for (int look = 0; look < 200 && release_status() != status; ++look) {
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
        }
        REQUIRE(release_status() == status);
    }

    /// The task definition that the service runs, with its tags.
    [[nodiscard]] json running()
    {
        auto described = ecs.describe_task_definition(definition());
        described["taskDefinition"]["tags"] = described["tags"];
        return described["taskDefinition"];
    }
    [[nodiscard]] std::string definition()
    {
        return ecs.describe_services("main", "web")["services"][0]["taskDefinition"];
    }
    [[nodiscard]] json truth() { return aws_.truth(); }

    /// What finish() judges; its record must come to the same, and is kept when it has a name.
    [[nodiscard]] Verdict finish(Watch& watch, const std::string& name = {})
    {
        auto verdict = watch.finish({});
        const auto observations = read_record(record());
        const auto replayed = judge(observations, observations.back().at).verdict;
        REQUIRE(replayed);
        CHECK(replayed->outcome == verdict.outcome);
        CHECK(replayed->cause == verdict.cause);
        if (!name.empty() && std::getenv("TINYSTACKS_UPDATE_RECORDS") != nullptr) {
            std::filesystem::copy_file(
                record(), fmt::format("{}/records/{}-{}.ndjson", TS_FIXTURES, to_string(verdict.outcome), name),
                std::filesystem::copy_options::overwrite_existing);
        }
        return verdict;
    }

private:
    [[nodiscard]] std::filesystem::path record() const { return folder_.path() / "record.ndjson"; }
    /// Of the service deployment of the release; empty until it is listed beside the one of before.
    [[nodiscard]] std::string release_status()
    {
        const auto listed = ecs.list_service_deployments("main", "web")["serviceDeployments"];
        return listed.size() > 1 ? listed[0]["status"].get<std::string>() : std::string();
    }

    std::string target_;
    TempDir folder_;
    PlayedAws aws_;
    Silence sink_;

public:
    aws::Ecs ecs{aws_.client};
    aws::Lambda lambda{aws_.client};

    Observation baseline;  ///< the last one that the watch observed

private:
    aws::Elbv2 elbv2_{aws_.client};
    aws::Logs logs_{aws_.client};
};

bool apply(Watch& watch, const RuntimeVariables& wanted, const std::set<std::string>& gone = {})
{
    return watch.apply(wanted, gone, PlayedAws::repository, {});
}

const RuntimeVariables fast = {{"MODE", {Kind::plain, "fast"}}};
const std::string service =
    R"("service": {"environment": [{"name": "MODE", "value": "slow"}, {"name": "OLD", "value": "1"}]})";

}  // namespace

TEST_CASE("EcsWatch::apply has the release's image run with the variables", "[deployment]")
{
    Stage stage("{" + service + "}");
    const auto watch = stage.watch();
    watch->begin({});
    stage.release();

    REQUIRE(apply(*watch, {{"MODE", {Kind::plain, "fast"}}, {"KEY", {Kind::parameter, "/web/key"}}}, {"OLD"}));
    const auto verdict = stage.finish(*watch, "ecs-variables");

    CHECK(verdict.outcome == Outcome::succeeded);
    CHECK(watch->version() == stage.definition());
    const auto running = stage.running();
    const auto& container = running["containerDefinitions"][0];
    CHECK(container["image"] == std::string(PlayedAws::repository) + ":dev");
    CHECK(container["environment"] == json::array({{{"name", "MODE"}, {"value", "fast"}}}));
    CHECK(container["secrets"] == json::array({{{"name", "KEY"}, {"valueFrom", "/web/key"}}}));
    CHECK(running["tags"] == json::array({{{"key", "team"}, {"value", "web"}}}));
}

TEST_CASE("EcsWatch::apply changes nothing when nothing differs", "[deployment]")
{
    Stage stage("{" + service + "}");
    const auto watch = stage.watch();
    watch->begin({});
    const auto before = stage.definition();

    CHECK_FALSE(apply(*watch, {{"MODE", {Kind::plain, "slow"}}}, {"NEVER"}));
    CHECK(stage.finish(*watch).outcome == Outcome::succeeded);
    CHECK(stage.definition() == before);
    CHECK(watch->version() == before);
}

TEST_CASE("EcsWatch brings back what ran before the release when its variables break it", "[deployment]")
{
    Stage stage("{" + service + R"(, "variables": [{)" + fast_breakage + "}]}");
    const auto watch = stage.watch();
    watch->begin({});
    const auto before = stage.definition();
    stage.release();
    stage.wait_for_release("SUCCESSFUL");

    REQUIRE(apply(*watch, fast));
    const auto verdict = stage.finish(*watch, "ecs-variables-crash");

    CHECK(verdict.outcome == Outcome::rolled_back);
    CHECK(verdict.cause == "ecs.exit.nonzero");
    CHECK(stage.definition() == before);
    CHECK(stage.truth()["restored"] == true);
}

TEST_CASE("EcsWatch goes on to what ran before the release when AWS goes back to the release only", "[deployment]")
{
    Stage stage("{" + service + R"(, "variables": [{)" + never_starts + "}]}");
    const auto watch = stage.watch();
    watch->begin({});
    const auto before = stage.definition();
    stage.release();
    stage.wait_for_release("SUCCESSFUL");

    REQUIRE(apply(*watch, {{"DB", {Kind::secret, "arn:secret:db"}}}));
    const auto verdict = stage.finish(*watch, "ecs-variables-secret-missing");

    CHECK(verdict.outcome == Outcome::rolled_back);
    CHECK(verdict.cause == "ecs.secret.missing");
    CHECK(verdict.owner == Owner::application);
    CHECK(stage.definition() == before);
    CHECK(stage.truth()["restored"] == true);
}

TEST_CASE("EcsWatch::apply leaves a release alone that AWS has brought back already", "[deployment]")
{
    Stage stage("{" + service + R"(, "new": [{)" + never_starts + "}]}");
    const auto watch = stage.watch();
    watch->begin({});
    const auto before = stage.definition();
    stage.release();
    stage.wait_for_release("ROLLBACK_SUCCESSFUL");

    CHECK_FALSE(apply(*watch, fast));
    const auto verdict = stage.finish(*watch, "ecs-over-before-the-first-look");
    CHECK(verdict.outcome == Outcome::rolled_back);
    CHECK(verdict.cause == "ecs.secret.missing");
    CHECK(stage.definition() == before);
}

TEST_CASE("EcsWatch::resume goes on with the rollout that apply() started", "[deployment]")
{
    Stage stage("{" + service + "}");
    const auto first = stage.watch();
    first->begin({});
    stage.release();
    REQUIRE(apply(*first, fast));

    const auto second = stage.watch(false);
    second->resume(stage.baseline, {});
    CHECK(second->finish({}).outcome == Outcome::succeeded);
    CHECK(second->version() == stage.definition());
}

TEST_CASE("EcsWatch::start runs an earlier version again", "[deployment]")
{
    Stage stage("{" + service + "}");
    const auto before = stage.definition();
    stage.release();
    stage.wait_for_release("SUCCESSFUL");
    const auto watch = stage.watch();
    watch->begin({});

    watch->start(before, {});
    CHECK(stage.finish(*watch).outcome == Outcome::succeeded);
    CHECK(watch->version() == before);
    CHECK(stage.definition() == before);
}

TEST_CASE("LambdaWatch::apply has the release's image run with the variables", "[deployment]")
{
    Stage stage(R"({"lambda": {"environment": {"MODE": "slow", "OLD": "1", "MINE": "2"}}})");
    const auto watch = stage.watch();
    watch->begin({});
    stage.release();

    REQUIRE(apply(*watch, fast, {"OLD"}));
    const auto verdict = stage.finish(*watch);

    CHECK(verdict.outcome == Outcome::succeeded);
    CHECK(stage.truth()["serving"] == "new");
    CHECK(stage.truth()["variables"] == json{{"MODE", "fast"}, {"MINE", "2"}});
    CHECK(watch->version() == stage.lambda.get_function("worker")["Code"]["ResolvedImageUri"]);
    CHECK(watch->version().find("@sha256:") != std::string::npos);
    CHECK_FALSE(apply(*watch, fast, {"OLD"}));
}

TEST_CASE("LambdaWatch brings back the old image and the old variables when they break it", "[deployment]")
{
    const auto* how = GENERATE(R"("variables_calls": [{"payload": {"statusCode": 500}}])",
                               R"("variables": {"fails": {"code": "DisabledKMSKey", "says": "The key is disabled."}})");
    CAPTURE(how);
    Stage stage(std::string(R"({"lambda": {"environment": {"MODE": "slow"}, )") + how + "}}");
    const auto watch = stage.watch();
    watch->begin({});
    stage.release();

    REQUIRE(apply(*watch, fast));
    const auto verdict = stage.finish(
        *watch, std::string_view(how).find("calls") == std::string_view::npos ? "lambda-variables-refused" : "");

    CHECK(verdict.outcome == Outcome::rolled_back);
    CHECK_FALSE(verdict.cause.empty());
    CHECK(stage.truth()["restored"] == true);
    CHECK(stage.truth()["variables"] == json{{"MODE", "slow"}});
    CHECK(stage.baseline.reply.dump().find("slow") == std::string::npos);
}

TEST_CASE("LambdaWatch::resume goes on with the update that apply() started", "[deployment]")
{
    Stage stage(R"({"lambda": {}})");
    const auto first = stage.watch();
    first->begin({});
    REQUIRE(apply(*first, fast));

    const auto second = stage.watch(false);
    second->resume(stage.baseline, {});
    const auto verdict = second->finish({});
    CHECK(verdict.outcome == Outcome::succeeded);
    CHECK(verdict.sentence == "the function was updated and answers");
}

}  // namespace tinystacks::deployment
