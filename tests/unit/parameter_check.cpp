#include "document/json.hpp"
#include "parameter/parameter.hpp"
#include "tests/support/catch.hpp"

using namespace tinystacks;

namespace {

document::Node json(const std::string& text)
{
    return document::parse_json(text, "f.json").root;
}

parameter::Definition definition(const std::string& type, const std::string& name = "p")
{
    parameter::Definition made;
    made.name = name;
    made.type = type;
    return made;
}

std::vector<document::Entry> values(const std::string& text)
{
    return json(text).entries;
}

}  // namespace

TEST_CASE("find_problems takes the values of each type", "[parameter]")
{
    const auto [type, value] = GENERATE_COPY(table<std::string, std::string>({
        {"String", R"("")"},
        {"String", R"("4")"},
        {"Number", "4"},
        {"Number", "-1.5e3"},
        {"Boolean", "false"},
        {"Secret", R"("x")"},
        {"Arn", R"("arn:aws:iam::123456789012:role/deploy")"},
        {"Arn", R"("arn:aws:s3:::bucket/key")"},
        {"Arn", R"("arn:aws-us-gov:ecs:us-gov-west-1:123456789012:service/a/b")"},
        {"Arn", R"("arn:aws:iam::aws:policy/ReadOnlyAccess")"},
        {"Arn", R"("arn:aws:sns:us-east-1:123456789012:topic:sub")"},
        {"AwsRegion", R"("eu-central-1")"},
        {"GithubRepositoryUri", R"("https://github.com/tinystacks/awscdk-samples-eks-rds.git")"},
        {"GithubRepositoryUri", R"("git@github.com:acme/web")"},
        {"S3Bucket", R"("my.bucket-1")"},
        {"Vpc", R"("vpc-0a1b2c3d")"},
        {"Vpc", R"("vpc-0a1b2c3d4e5f60718")"},
        {"Ec2InstanceType", R"("t3.micro")"},
        {"Ec2InstanceType", R"("u-6tb1.112xlarge")"},
        {"Map", R"("{ \"us-east-2a\": 1 }")"},
        {"Map", R"({"us-east-2a": 1})"},
        {"Integer", "4"},
        {"Integer", "4.0"},
        {"NumberList", "[]"},
        {"NumberList", "[1, 2.5]"},
        {"List", R"(["a", 1])"},
        {"Duration", R"({"any": "thing"})"},
        {"Number", "null"},
    }));
    CAPTURE(type, value);
    CHECK(parameter::find_problems(definition(type), json(value)).empty());
}

TEST_CASE("find_problems refuses what is none of the type", "[parameter]")
{
    const auto [type, value] = GENERATE_COPY(table<std::string, std::string>({
        {"String", "4"},
        {"String", "[]"},
        {"Number", R"("4")"},
        {"Number", "true"},
        {"Number", "1e999"},
        {"Boolean", R"("true")"},
        {"Boolean", "1"},
        {"Secret", "5"},
        {"Arn", R"("arn:aws:iam")"},
        {"Arn", R"("arn:aws:iam::12345:role/deploy")"},
        {"Arn", R"("arn:aws:iam::123456789012:")"},
        {"Arn", R"("arn:evil:iam::123456789012:role/x")"},
        {"Arn", R"("arn:aws:iam::123456789012:role/x\ny")"},
        {"AwsRegion", R"("evil.example/#")"},
        {"GithubRepositoryUri", R"("https://gitlab.com/a/b")"},
        {"GithubRepositoryUri", R"("https://github.com/a")"},
        {"GithubRepositoryUri", R"("https://github.com/a/..")"},
        {"S3Bucket", R"("My-Bucket")"},
        {"S3Bucket", R"("a..b")"},
        {"S3Bucket", R"("10.0.0.1")"},
        {"Vpc", R"("vpc-xyz")"},
        {"Vpc", R"("subnet-0a1b2c3d")"},
        {"Ec2InstanceType", R"("t3")"},
        {"Ec2InstanceType", R"("T3.micro")"},
        {"Map", R"("not json")"},
        {"Map", R"("[1]")"},
        {"Integer", "4.5"},
        {"NumberList", R"([1, "2"])"},
        {"NumberList", "1"},
        {"List", R"([["a"]])"},
        {"List", R"("a,b")"},
    }));
    CAPTURE(type, value);
    const auto problems = parameter::find_problems(definition(type), json(value));
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].rule == "parameter.value");
    CHECK(problems[0].where.line == 1);
    CHECK(problems[0].message.find("parameter 'p' must be ") == 0);
}

TEST_CASE("find_problems never shows a secret", "[parameter]")
{
    const auto [type, name] = GENERATE_COPY(table<std::string, std::string>({
        {"Secret", "p"},
        {"Arn", "API_TOKEN"},
    }));
    const auto value = json(R"(["hunter2"])");
    const auto problems = parameter::find_problems(definition(type, name), value);
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].message.find("hunter2") == std::string::npos);
    CHECK(problems[0].message.find("not an array") != std::string::npos);
}

TEST_CASE("find_problems obeys the validation", "[parameter]")
{
    auto sized = definition("NumberList", "sizes");
    sized.validation = parameter::Validation{"GB", json("1"), json("10.5"), {}, {}};
    CHECK(parameter::find_problems(sized, json("[1, 10.5]")).empty());
    const auto problems = parameter::find_problems(sized, json("[0, 5, 11]"));
    REQUIRE(problems.size() == 2);
    CHECK(problems[0].message == "parameter 'sizes' must be at least 1 GB, not '0'");
    CHECK(problems[1].message == "parameter 'sizes' must be at most 10.5 GB, not '11'");

    auto nodes = definition("Ec2InstanceType", "node");
    nodes.validation = parameter::Validation{{}, {}, {}, {"t3.micro", "m5.large"}, {}};
    CHECK(parameter::find_problems(nodes, json(R"("m5.large")")).empty());
    const auto choice = parameter::find_problems(nodes, json(R"("t3.macro")"));
    REQUIRE(choice.size() == 1);
    CHECK(choice[0].hint == "'t3.micro'");
}

TEST_CASE("find_problems of a whole set reports every problem at once", "[parameter]")
{
    auto required = definition("String", "image");
    required.required = true;
    auto defaulted = definition("Number", "count");
    defaulted.required = true;
    defaulted.default_value = json("1");
    const std::vector definitions = {required, defaulted, definition("Boolean", "health")};

    CHECK(parameter::find_problems(definitions, values(R"({"image": "x"})")).empty());
    CHECK(parameter::find_problems(definitions, {}).at(0).rule == "parameter.missing");
    auto given = values(R"({"image": null, "helth": true, "health": 3})");
    given.push_back(given.back());
    const auto problems = parameter::find_problems(definitions, given);
    REQUIRE(problems.size() == 4);
    CHECK(problems[0].rule == "parameter.unknown");
    CHECK(problems[0].hint == "'health'");
    CHECK(problems[1].rule == "parameter.value");
    CHECK(problems[2].rule == "parameter.twice");
    CHECK(problems[3].rule == "parameter.missing");
}

TEST_CASE("make_value gives what the text stands for", "[parameter]")
{
    const auto [type, text, value] = GENERATE_COPY(table<std::string, std::string, std::string>({
        {"Number", "4", "4"},
        {"Number", "-0.5", "-0.5"},
        {"Number", "four", R"("four")"},
        {"Integer", "10", "10"},
        {"Boolean", "true", "true"},
        {"Boolean", "yes", R"("yes")"},
        {"String", "4", R"("4")"},
        {"Secret", " x ", R"(" x ")"},
        {"List", "a, b", R"(["a","b"])"},
        {"List", "", "[]"},
        {"List", R"(["a,b",1])", R"(["a,b",1])"},
        {"List", "[broken", R"("[broken")"},
        {"NumberList", "1,2.5", "[1,2.5]"},
        {"NumberList", "1,x", R"([1,"x"])"},
        {"Map", R"({"a":1})", R"("{\"a\":1}")"},
        {"Duration", "3h", R"("3h")"},
    }));
    CAPTURE(type, text);
    CHECK(document::to_json(parameter::make_value(definition(type), text)) == value);
}

TEST_CASE("as_sent turns a map into the text that travels", "[parameter]")
{
    CHECK(document::to_json(parameter::as_sent(definition("Map"), json(R"({"a":1.50})"))) == R"("{\"a\":1.50}")");
    CHECK(document::to_json(parameter::as_sent(definition("Duration"), json(R"({"a":1})"))) == R"({"a":1})");
}

TEST_CASE("parse_assignment splits at the first '=' and shows nothing it cannot split", "[parameter]")
{
    CHECK(parameter::parse_assignment("A=b=c") == parameter::Assignment{"A", "b=c"});
    CHECK(parameter::parse_assignment("A=") == parameter::Assignment{"A", ""});
    const auto* argument = GENERATE("hunter2", "=hunter2");
    try {
        (void)parameter::parse_assignment(argument);
        FAIL("expected an Error");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::usage);
        CHECK(error.message().find("hunter2") == std::string::npos);
    }
}

TEST_CASE("find_type knows the fourteen words of the contract", "[parameter]")
{
    const std::string word =
        GENERATE("String", "Number", "Boolean", "Secret", "Arn", "AwsRegion", "GithubRepositoryUri", "S3Bucket", "Vpc",
                 "Ec2InstanceType", "Map", "Integer", "NumberList", "List");
    REQUIRE(parameter::find_type(word).has_value());
    CHECK(parameter::to_string(*parameter::find_type(word)) == word);
    CHECK_FALSE(parameter::find_type("string").has_value());
}
