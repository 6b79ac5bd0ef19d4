#include "pipeline/detail/checks.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>

using namespace tinystacks;
using pipeline::Role;

namespace {

project::Project project_of_two()
{
    return project::parse("version: 1\nstack: shop\nstages:\n"
                          "  - { name: dev, target: { docker: { port: 8001, container_port: 80 } } }\n"
                          "  - { name: prod, target: { docker: { port: 8002, container_port: 80 } } }\n",
                          "tinystacks.yml")
        .project;
}

std::vector<Problem> errors_of(const std::string& command, Role role, const std::string& env = "")
{
    auto problems =
        pipeline::find_problems("version: 0.2\n" + env + "phases:\n  build:\n    commands:\n      - " + command + "\n",
                                "build.yml", role, project_of_two());
    std::erase_if(problems, [](const Problem& problem) { return problem.severity != Severity::error; });
    return problems;
}

}  // namespace

TEST_CASE("find_problems refuses a build that shows a tag named like a stage", "[pipeline]")
{
    const auto [command, refused] = GENERATE(table<std::string, bool>({
        {"docker push $ECR_IMAGE_URL:dev", true},
        {"docker push \"$ECR_IMAGE_URL:prod\"", true},
        {"docker push ${ECR_IMAGE_URL}:dev && echo", true},
        {"docker tag x \"$ECR_IMAGE_URL\":prod", true},
        {"docker push $ECR_IMAGE_URL:latest", false},
        {"docker push $ECR_IMAGE_URL:dev-1", false},
        {"docker push $ECR_IMAGE_URL:develop", false},
        {"docker push $OTHER:dev", false},
    }));
    CAPTURE(command);
    CHECK(errors_of(command, Role::build).empty() != refused);
    CHECK(errors_of(command, Role::release).empty());
}

TEST_CASE("find_problems refuses variables of ours with their place", "[pipeline]")
{
    const auto problems = errors_of("true", Role::release, "env:\n  variables:\n    A: b\n    STAGE_NAME: mine\n");
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].where == Position{"build.yml", 5, 5});
    CHECK(problems[0].message.find("STAGE_NAME") != std::string::npos);
    CHECK(errors_of("true", Role::build, "env:\n  parameter-store:\n    ECR_ENDPOINT: /x\n").size() == 1);
    CHECK(errors_of("true", Role::build, "env:\n  variables:\n    STAGE: x\n").empty());
}
