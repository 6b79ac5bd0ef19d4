#include "project/project.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>

using namespace tinystacks;

namespace {

std::vector<std::filesystem::path> fixtures(const std::string& folder)
{
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(TS_FIXTURES "/project/" + folder)) {
        files.push_back(entry.path());
    }
    std::ranges::sort(files);
    REQUIRE_FALSE(files.empty());
    return files;
}

project::Checked parse_fixture(const std::string& name)
{
    return project::parse(read_file(std::filesystem::path(TS_FIXTURES "/project") / name, 1 << 20), name);
}

Error refusal(const std::string& text)
{
    try {
        (void)project::parse(text, "tinystacks.yml");
    } catch (const Error& error) {
        return error;
    }
    FAIL("expected an Error");
    throw 0;
}

const std::string stages = "stages: [{ name: dev, target: { docker: { port: 8001, container_port: 8080 } } }]\n";

}  // namespace

TEST_CASE("parse takes every good project file", "[project]")
{
    const auto file = GENERATE_COPY(from_range(fixtures("good")));
    CAPTURE(file);
    const auto checked = project::parse(read_file(file, 1 << 20), file.filename());
    CHECK(checked.problems.empty());
    CHECK_FALSE(checked.project.stages.empty());
}

TEST_CASE("parse refuses every bad project file with a place and a reason", "[project]")
{
    const auto file = GENERATE_COPY(from_range(fixtures("bad")));
    CAPTURE(file);
    try {
        (void)project::parse(read_file(file, 1 << 20), file.filename());
        FAIL("expected an Error");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::invalid_input);
        REQUIRE_FALSE(error.problems().empty());
        for (const auto& problem : error.problems()) {
            CAPTURE(problem.message);
            CHECK(problem.where.file == file.filename());
            CHECK(problem.where.line > 0);
            CHECK(problem.message.find('\n') == std::string::npos);
        }
    }
}

TEST_CASE("parse reads the design's example", "[project]")
{
    const auto project = parse_fixture("good/design.yml").project;
    CHECK(project.stack == "shop-api");
    CHECK(project.image == "123456789012.dkr.ecr.us-east-1.amazonaws.com/shop-api");
    CHECK(project.bucket == "shop-api-artifacts");
    CHECK(project.control == "embedded");
    CHECK(project.build == stage::Variables{{"DOCKERFILE_PATH", "services/api/Dockerfile"}});
    CHECK(project.build_file == "build.yml");
    CHECK(project.release_file == "release.yml");
    REQUIRE(project.stages.size() == 2);
    const auto& dev = project.stage("dev");
    CHECK(dev.account == "123456789012");
    CHECK(dev.role == "arn:aws:iam::123456789012:role/deploy");
    CHECK(dev.region == "us-east-1");
    CHECK(dev.target == stage::Target(stage::EcsTarget{"shop", "shop-api"}));
    CHECK(dev.health == "/ping");
    CHECK(dev.test == "smoke.yml");
    CHECK(dev.approval == stage::Approval::none);
    CHECK(dev.where.line == 10);
    CHECK(project.runtime_of(dev) == stage::Variables{{"LOG_LEVEL", "debug"}, {"TZ", "UTC"}});
    const auto& prod = project.stage("prod");
    CHECK(prod.approval == stage::Approval::required);
    CHECK(prod.target == stage::Target(stage::LambdaTarget{"shop-api"}));
    CHECK(prod.image == "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop-api");
    CHECK(project.previous("dev") == "latest");
    CHECK(project.previous("prod") == "dev");
}

TEST_CASE("parse keeps the values of variables as written", "[project]")
{
    const auto project = parse_fixture("good/values-as-written.yml").project;
    CHECK(project.runtime ==
          stage::Variables{{"VERSION", "3.10"}, {"ZERO", "0755"}, {"FLAG", "no"}, {"EMPTY", ""}, {"NUMBER", "1e3"}});
}

TEST_CASE("Project::stage suggests what was meant", "[project]")
{
    const auto project = parse_fixture("good/design.yml").project;
    try {
        (void)project.stage("prd");
        FAIL("expected an Error");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::not_found);
        CHECK(error.hint() == "'prod'");
    }
}

TEST_CASE("Project::runtime_of lets the stage's own value win", "[project]")
{
    const auto project =
        project::parse("version: 1\nstack: shop\nvariables: { runtime: { A: 1, B: 1 } }\nstages:\n  - name: dev\n"
                       "    target: { docker: { port: 1, container_port: 1 } }\n    runtime: { B: 2 }\n",
                       "tinystacks.yml")
            .project;
    CHECK(project.runtime_of(project.stage("dev")) == stage::Variables{{"A", "1"}, {"B", "2"}});
}

TEST_CASE("parse reports every problem, in the order of the text", "[project]")
{
    const auto error =
        refusal("version: 1\nstagess: []\nstack: Shop\nbucket: X\nstages:\n  - name: dev\n    health: ping\n");
    std::vector<std::size_t> lines;
    for (const auto& problem : error.problems()) {
        lines.push_back(problem.where.line);
    }
    CHECK(lines == std::vector<std::size_t>{2, 3, 4, 6, 7});
    CHECK(error.hint() == "'stages'");
    CHECK(error.where() == Position{"tinystacks.yml", 2, 1});
}

TEST_CASE("parse says how to write what was meant", "[project]")
{
    const std::string head = "version: 1\nstack: shop\n";
    CHECK(refusal("version: 1\nstack: My Shop\n" + stages).hint() == "such as 'my-shop'");
    const auto account = refusal(head + "stages:\n  - name: dev\n    account: 012345678901\n"
                                        "    target: { docker: { port: 1, container_port: 1 } }\n");
    CHECK(account.hint() == "account: \"012345678901\"");
    CHECK(account.where() == Position{"tinystacks.yml", 5, 14});
}

TEST_CASE("parse does not repeat a credential it refuses", "[project]")
{
    const auto error =
        refusal("version: 1\nstack: shop\nvariables: { build: { KEY: AKIAIOSFODNN7EXAMPLE } }\n" + stages);
    CHECK(error.message().find("AWS access key") != std::string::npos);
    CHECK(std::string(error.what()).find("IOSFODNN7") == std::string::npos);
    CHECK(error.hint().find("Secrets Manager") != std::string::npos);
}

TEST_CASE("parse warns of long stack names and of secrets in the file", "[project]")
{
    const auto checked = project::parse("version: 1\nstack: a-name-of-more-than-twenty\n"
                                        "variables: { runtime: { DB_PASSWORD: hunter2 } }\n" +
                                            stages,
                                        "tinystacks.yml");
    REQUIRE(checked.problems.size() == 2);
    CHECK(checked.problems[0].rule == "project.long_stack");
    CHECK(checked.problems[0].severity == Severity::warning);
    CHECK(checked.problems[1].rule == "project.secret_in_file");
    CHECK(checked.problems[1].message.find("hunter2") == std::string::npos);
}
