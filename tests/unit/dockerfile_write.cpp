#include "dockerfile/write.hpp"

#include "base/error.hpp"
#include "tests/support/catch.hpp"

using namespace tinystacks;
using namespace tinystacks::dockerfile;

namespace {

Recipe small()
{
    Recipe recipe;
    recipe.stages = {{"build",
                      "node:22.14-slim",
                      {"g++", "python3"},
                      "/app",
                      {Copy{{"package.json"}, "./", "", ""}, Run{{"npm ci"}, {"/root/.npm"}, ""}}},
                     {"",
                      "node:22.14-slim",
                      {},
                      "/app",
                      {Environment{{{"NODE_ENV", "production"}}}, Copy{{"/app"}, "/app", "build", ""}}}};
    recipe.port = 3000;
    recipe.health = node_health(3000);
    recipe.command = {"node", "server.js"};
    return recipe;
}

}  // namespace

TEST_CASE("write gives a Dockerfile that the legacy builder takes", "[dockerfile]")
{
    const auto text = write(small(), {"decided"});
    CHECK(text.starts_with(
        "# decided\nARG REGISTRY=public.ecr.aws/docker/library\n\nFROM ${REGISTRY}/node:22.14-slim AS build\n"));
    CHECK(text.find("--mount") == std::string::npos);
    CHECK(text.find("USER 10001:10001\nEXPOSE 3000\nHEALTHCHECK ") != std::string::npos);
    CHECK(text.ends_with("CMD [\"node\", \"server.js\"]\n"));
    CHECK(text.find("lambda") == std::string::npos);
    CHECK(write(small(), {"decided"}) == text);
}

TEST_CASE("write adds cache mounts and the Lambda adapter when asked", "[dockerfile]")
{
    const auto text = write(small(), {"", true, true});
    CHECK(text.starts_with("# requires BuildKit"));
    CHECK(text.find("RUN --mount=type=cache,target=/root/.npm") != std::string::npos);
    CHECK(text.find("COPY --from=public.ecr.aws/awsguru/aws-lambda-adapter:") != std::string::npos);
}

TEST_CASE("write quotes what comes from a repository", "[dockerfile]")
{
    auto recipe = small();
    recipe.stages.back().steps = {Copy{{"a b$(c)[d]"}, "/app/", "", ""}, Environment{{{"A", "x\" $PATH \\"}}}};
    recipe.command = {"node", "it's \"$HOME\".js"};
    const auto text = write(recipe);
    CHECK(text.find(R"(COPY ["a b\\$(c)[[]d]", "/app/"])") != std::string::npos);
    CHECK(text.find(R"(ENV A="x\" \$PATH \\")") != std::string::npos);
    CHECK(text.ends_with("CMD [\"node\", \"it's \\\"$HOME\\\".js\"]\n"));
}

TEST_CASE("write refuses what no instruction can say", "[dockerfile]")
{
    const auto* const injected = GENERATE("a\nUSER root", "a\rb", "\x1B[31m", "\xFF");
    auto recipe = small();
    recipe.command = {"node", injected};
    CHECK_THROWS_AS(write(recipe), Error);
    recipe = small();
    recipe.stages.front().steps = {Run{{injected}, {}, ""}};
    CHECK_THROWS_AS(write(recipe), Error);
    recipe.stages.front().steps = {Copy{{injected}, "./", "", ""}};
    CHECK_THROWS_AS(write(recipe), Error);
    CHECK_THROWS_AS(write(small(), {injected}), Error);
}

TEST_CASE("write lets no command or path become another instruction", "[dockerfile]")
{
    const auto* const command = GENERATE("rm -rf x \\", "cat <<EOF");
    auto recipe = small();
    recipe.stages.front().steps = {Run{{command}, {}, ""}};
    CHECK_THROWS_AS(write(recipe), Error);
    recipe.stages.front().steps = {Copy{{"--from=evil/x", "<<EOF", "*/y"}, "./", "", ""}, Run{{"echo \\\\"}, {}, ""}};
    CHECK(write(recipe).find("COPY ./--from=evil/x ./<<EOF [*]/y ./\n") != std::string::npos);
}

TEST_CASE("move_context leaves what comes from another stage", "[dockerfile]")
{
    auto recipe = small();
    recipe.ignored = {"dist", "**/x", "!keep"};
    move_context(recipe, "services/api");
    CHECK(std::get<Copy>(recipe.stages.front().steps.front()).sources ==
          std::vector<std::string>{"services/api/package.json"});
    CHECK(std::get<Copy>(recipe.stages.back().steps.back()).sources == std::vector<std::string>{"/app"});
    CHECK(recipe.ignored == std::vector<std::string>{"services/api/dist", "**/x", "!services/api/keep"});
}
