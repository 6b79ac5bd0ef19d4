#include "project/init.hpp"

#include "base/error.hpp"
#include "project/project.hpp"
#include "templates/render.hpp"
#include "tests/support/catch.hpp"

using namespace tinystacks;

namespace {

project::Project planned_project(const project::InitRequest& request)
{
    const auto files = project::plan_init(request);
    REQUIRE(files.size() == 4);
    REQUIRE(files.front().path == "tinystacks.yml");
    const auto checked = project::parse(files.front().text, "tinystacks.yml");
    CHECK(checked.problems.empty());
    return checked.project;
}

}  // namespace

TEST_CASE("plan_init plans files that our own parser takes", "[project]")
{
    const auto project = planned_project({"My Shop_API", "Dockerfile", 8080, {"dev", "prod"}, 8001, "/s.json"});
    CHECK(project.stack == "my-shop-api");
    CHECK(project.build.empty());
    REQUIRE(project.stages.size() == 2);
    CHECK(project.stage("dev").target == stage::Target(stage::DockerTarget{8001, 8080}));
    CHECK(project.stage("prod").target == stage::Target(stage::DockerTarget{8002, 8080}));
    CHECK(project.image.empty());
}

TEST_CASE("plan_init names the Dockerfile when it is not the usual one", "[project]")
{
    const auto project = planned_project({"a b", "services/my api/Dockerfile", 80, {"dev"}, 9000, "x"});
    CHECK(project.build == stage::Variables{{"DOCKERFILE_PATH", "services/my api/Dockerfile"}});
}

TEST_CASE("plan_init makes a stack name of any directory's", "[project]")
{
    const auto& [directory, stack] = GENERATE(table<std::string, std::string>({
        {"shop", "shop"},
        {"123", "app"},
        {"", "app"},
        {"a-very-long-name-that-is-cut", "a-very-long-name-tha"},
        {"nineteen-characters-and", "nineteen-characters"},
        {"x$(touch /tmp/ts-canary)", "x-touch-tmp-ts-canar"},
        {"web\"\n}\nresource", "web-resource"},
    }));
    CAPTURE(directory);
    CHECK(planned_project({directory, "Dockerfile", 1, {"dev"}, 1, "x"}).stack == stack);
}

TEST_CASE("plan_init writes one comment line about the schema whatever its path", "[project]")
{
    const auto files =
        project::plan_init({"a b", "Dockerfile", 1, {"dev"}, 1, "/usr/share/tinystacks/tinystacks.schema.json"});
    CHECK(files.front().text.starts_with(
        "# yaml-language-server: $schema=/usr/share/tinystacks/tinystacks.schema.json\n"));
    (void)planned_project({"a b", "Dockerfile", 1, {"dev"}, 1, "x\nversion: 2"});
}

TEST_CASE("plan_init refuses impossible ports and stages", "[project]")
{
    CHECK_THROWS_AS(project::plan_init({"a", "Dockerfile", 0, {"dev"}, 1, ""}), Error);
    CHECK_THROWS_AS(project::plan_init({"a", "Dockerfile", 1, {"dev", "prod"}, 65535, ""}), Error);
    CHECK_THROWS_AS(project::plan_init({"a", "Dockerfile", 1, {"latest"}, 1, ""}), Error);
}
