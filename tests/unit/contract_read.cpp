#include "base/file.hpp"
#include "contract/contract.hpp"
#include "document/json.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/json.hpp"

#include <functional>

using namespace tinystacks;

namespace {

document::Node json(const std::string& text)
{
    return document::parse_json(text, "f.json", {}, document::Origin::server).root;
}

document::Node fixture(const std::string& name)
{
    return json(read_file(TS_FIXTURES "/contract/" + name, 1 << 20));
}

template <typename T>
std::string again(const document::Node& node)
{
    return document::to_json(contract::write(contract::read<T>(node)));
}

std::vector<Problem> problems_of(const std::function<void()>& act)
{
    try {
        act();
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::invalid_input);
        return {error.problems().begin(), error.problems().end()};
    }
    return {};
}

std::vector<std::string> messages_of(const std::vector<Problem>& problems)
{
    std::vector<std::string> messages;
    for (const auto& problem : problems) {
        messages.push_back(fmt::format("{} {}", problem.where.line, problem.message));
    }
    return messages;
}

}  // namespace

TEST_CASE("read and write give the real payloads back", "[contract]")
{
    const std::string file = GENERATE("seed-source.json", "awstf-ecs-hello-world.SourceDefinition.json");
    CAPTURE(file);
    const auto node = fixture(file);
    CHECK(support::same_json(again<source::Source>(node), document::to_json(node)));
    CHECK_NOTHROW(contract::read_new_source(node));
}

TEST_CASE("read fills what the seed's payload says", "[contract]")
{
    const auto source = contract::read<source::Source>(fixture("seed-source.json"));
    CHECK(source.name == "test-demo");
    CHECK(source.repository->clone_url == "https://github.com/tinystacks/awscdk-samples-eks-rds.git");
    CHECK(source.infrastructure_code_type->format == "AWS_CDK");
    REQUIRE(source.parameters.size() == 1);
    CHECK(source.parameters[0].name == "TEST_KEY");
    CHECK(source.parameters[0].default_value->text == "some random value");
    CHECK(source.parameters[0].required == true);
    CHECK(source.parameters[0].where.line == 14);
}

TEST_CASE("write returns unknown members and words, null and empty values unchanged", "[contract]")
{
    const auto* text = GENERATE(
        R"({})", R"({"name":"a","future":{"x":[1.50,null,{}]}})",
        R"({"name":null,"description":"","parameters":{},"requirements":[],"repository":{},"stackCount":null})",
        R"({"cloudProvider":"oracle","infrastructureCodeType":{"format":"PULUMI","language":"go","tool":1}})",
        R"({"repository":{"cloneUrl":"u","mirror":true,"owner":null}})",
        R"({"createdOn":1.6e9,"lastModifiedOn":"2023-01-01T00:00:00Z","stackCount":12345678901234567890})",
        R"({"buildDetails":{"gitIngestion":{"status":"ODD","lastRunTime":1,"startTime":"x","retries":2},"other":{}}})",
        R"({"requirements":[{"quotaId":"AWS_VPC","count":3.0,"why":"x"},{}]})",
        R"({"parameterCategories":{"b":{"displayName":"B","icon":"i"},"a":{}}})",
        R"({"parameters":{"p":{"propertyType":"Duration","value":[1,"a"],"validation":{"unit":"h","min":1,"step":2},
            "categories":["x"],"hidden":false}}})",
        R"({"parameters":{"p":{"defaultValue":"","required":false,"validation":{"allowedNodesTypes":["t3.micro"]}}}})");
    CAPTURE(text);
    CHECK(support::same_json(again<source::Source>(json(text)), text));
}

TEST_CASE("write returns stacks unchanged, whatever shape their target has", "[contract]")
{
    const auto* text =
        GENERATE(R"({"name":"s","source":{"owner":"group:T","name":"n","currentVersion":"1","pin":true}})",
                 R"({"stages":[{"name":"dev","region":"us-east-1","accountId":"1","ciCdInfraStatus":"X","odd":1},{}]})",
                 R"({"deploymentTarget":{"accountId":"1","region":"r","executionRoleArn":"a","new":[]}})",
                 R"({"deploymentTarget":{"project":"p","region":"r","zone":"z","executionServiceAccountEmail":"e"}})",
                 R"({"deploymentTarget":{"resourceGroupName":"g","extra":{}}})", R"({"deploymentTarget":{}})",
                 R"({"expectedCloudformationStacks":[{"a":{"stackName":"x","accountId":"1"}}],"createdOn":"t"})");
    CAPTURE(text);
    CHECK(support::same_json(again<stack::Stack>(json(text)), text));
}

TEST_CASE("write returns each of the contract's other types unchanged", "[contract]")
{
    const auto check = [](auto type, const std::string& text) {
        CAPTURE(text);
        CHECK(support::same_json(again<decltype(type)>(json(text)), text));
    };
    check(source::ParameterChange{}, R"({"parameters":{"a":{"value":1}},"parameterCategories":{},"version":"2"})");
    check(source::Version{}, R"({"version":"1","commitSha":"c","createdOn":1,"publishedOn":2.5,"isPublic":false,
        "userCount":3,"userStacks":[{"name":"s"}],"x":1})");
    check(source::Use{},
          R"({"owner":"o","stackName":"s","userName":"u","version":"1","lastModifiedOn":"t","status":"?"})");
    check(stack::ParameterChange{}, R"({"parameters":{"a":{"value":"x"}},"x":null})");
    check(stack::Deployment{}, R"({"deploymentId":"d","startTime":"t","finishTime":null,"sourceStack":"s",
        "sourceStackVersion":"1","parameters":{"a":{"value":true}},"status":"IN_PROGRESS"})");
    check(stack::Output{}, R"({"stackName":"s","outputKey":"k","outputValue":"","description":"d","exportName":"e"})");
    check(stack::Resource{}, R"({"stackName":"s","stackId":"i","logicalResourceId":"l","physicalResourceId":"p",
        "resourceType":"t","resourceStatus":"r","resourceStatusReason":"w","timestamp":"t","description":"d",
        "driftInformation":{"stackResourceDriftStatus":"x","lastCheckTimestamp":"y"},
        "moduleInfo":{"typeHierarchy":"a","logicalIdHierarchy":"b"}})");
    check(stack::Event{}, R"({"userName":"u","timeLastUpdated":"t","eventType":"Code","path":{"a":1},
        "changeType":"Update","changeField":"Image","oldValue":"a","newValue":"b","branchName":"m","commitsha":"c",
        "endpoint":"e","status":"s","updateId":"i","appliedUpdateIds":["1","2"]})");
    check(stack::LogLine{}, R"({"timestamp":"1677","message":"\u001b[31mred\u001b[0m","stream":"x"})");
    check(stack::UserStack{}, R"({"owner":"o","name":"n","version":"1","outputs":[{"outputKey":"k"}],
        "lastModifiedOn":"t","createdOn":1})");
}

TEST_CASE("a changed member wins over what was read, and null is returned only if it was given", "[contract]")
{
    auto source = contract::read<source::Source>(json(R"({"name":null,"description":""})"));
    source.description = "new";
    CHECK(support::same_json(document::to_json(contract::write(source)), R"({"name":null,"description":"new"})"));
}

TEST_CASE("read reports every wrong type with its JSON pointer and line", "[contract]")
{
    const auto text = R"({"name": 5,
"repository": "x",
"stackCount": "3",
"createdOn": true,
"requirements": [{"count": 1}, 7, {"count": "1"}],
"parameters": {"TEST_KEY": {"propertyType": ["String"], "required": "yes",
 "value": {"a": 1}, "categories": ["a", 1]}, "a/b": 3}})";
    const auto problems = problems_of([&] { (void)contract::read<source::Source>(json(text)); });
    CHECK(messages_of(problems) == std::vector<std::string>{
                                       "1 /name: must be a string, not a number",
                                       "2 /repository: must be an object, not a string",
                                       "3 /stackCount: must be a number, not a string",
                                       "4 /createdOn: must be a string or a number, not a boolean",
                                       "5 /requirements/1: must be an object, not a number",
                                       "5 /requirements/2/count: must be a number, not a string",
                                       "6 /parameters/TEST_KEY/propertyType: must be a string, not an array",
                                       "6 /parameters/TEST_KEY/required: must be true or false, not a string",
                                       "7 /parameters/TEST_KEY/value: must be a string, a number, a boolean or an "
                                       "array, not an object",
                                       "7 /parameters/TEST_KEY/categories/1: must be a string, not a number",
                                       "7 /parameters/a~1b: must be an object, not a number",
                                   });
    CHECK(problems[0].rule == "contract.type");
    CHECK(problems[0].hint == "write \"5\"");
}

TEST_CASE("read puts its pointers below the one it is given", "[contract]")
{
    const auto problems = problems_of([] { (void)contract::read<stack::Stack>(json(R"({"name":1})"), "/3"); });
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].message == "/3/name: must be a string, not a number");
}

TEST_CASE("read refuses what is no object, read_list what is no array", "[contract]")
{
    const auto not_object = json(read_file(TS_FIXTURES "/attack/json/not-object.json", 1 << 16));
    CHECK_THROWS_WITH(contract::read<stack::Stack>(not_object), Catch::Contains("must be an object, not an array"));
    CHECK_THROWS_WITH(contract::read_new_stack(not_object), Catch::Contains("must be an object, not an array"));
    CHECK_THROWS_WITH(contract::read_list<stack::Output>(json("{}")), Catch::Contains("must be an array"));
    CHECK_THROWS_WITH(contract::read_list<stack::Output>(json("[{},1]")), Catch::Contains("/1: must be an object"));
    CHECK(contract::read_list<stack::LogLine>(json(R"([{"message":"a"},{"message":"b"}])"))[1].message == "b");
}

TEST_CASE("read_new_source reports everything that is missing or wrong at once", "[contract]")
{
    const auto text = R"({"name": "..",
"region": "evil.example/#",
"repository": {"cloneUrl": "ext::sh -c x", "owner": 1},
"infrastructureCodeType": {},
"parameters": {
 "a": {"displayName": "A"},
 "b": {"propertyType": "Number", "defaultValue": "4"},
 "c": {"propertyType": "Duration", "defaultValue": "4"}}})";
    CHECK(messages_of(problems_of([&] { (void)contract::read_new_source(json(text)); })) ==
          std::vector<std::string>{
              "1 /name: '..' cannot be the name of a code source: the first of a name's characters is a letter or a "
              "digit",
              "2 /region: 'evil.example/#' is no name of a region",
              "3 /repository/cloneUrl: nobody clones from this URL: its scheme is not allowed: it must start with "
              "https:// or ssh://, or be USER@HOST:PATH",
              "3 /repository/owner: must be a string, not a number",
              "4 /infrastructureCodeType/format: is missing",
              "6 /parameters/a/propertyType: is missing",
              "7 /parameters/b/defaultValue: parameter 'b' must be a number, not the text '4'",
          });
}

TEST_CASE("read_new_source asks for name, clone URL and format, and nothing twice", "[contract]")
{
    CHECK(messages_of(problems_of([] { (void)contract::read_new_source(json("{}")); })) ==
          std::vector<std::string>{"1 /name: is missing", "1 /repository/cloneUrl: is missing",
                                   "1 /infrastructureCodeType/format: is missing"});
    const auto* text = R"({"name": null, "repository": [], "infrastructureCodeType": {"format": 1}})";
    CHECK(problems_of([&] { (void)contract::read_new_source(json(text)); }).size() == 3);
}

TEST_CASE("read_new_stack checks the names that are made", "[contract]")
{
    const auto text = R"json({"name": "acme\r\nSet-Cookie: a=b",
"source": {"owner": "group:T"},
"stages": [{"name": "dev", "region": "us-east-1"}, {"region": "x"}, {"name": "$(id)"}]})json";
    const auto messages = messages_of(problems_of([&] { (void)contract::read_new_stack(json(text)); }));
    REQUIRE(messages.size() == 5);
    CHECK_THAT(messages[0], Catch::StartsWith("1 /name: stack: ") && Catch::Contains("characters"));
    CHECK(messages[1] == "2 /source/name: is missing");
    CHECK(messages[2] == "3 /stages/1/name: is missing");
    CHECK_THAT(messages[3], Catch::StartsWith("3 /stages/1/region: "));
    CHECK_THAT(messages[4], Catch::StartsWith("3 /stages/2/name: "));
    CHECK(contract::read_new_stack(json(R"({"name":"shop","source":{"name":"n"},"stages":[{"name":"dev"}]})")).name ==
          "shop");
}

TEST_CASE("find_refusal reads the contract's errors and nothing else", "[contract]")
{
    CHECK(contract::find_refusal(
              R"({"name":"TinyStacksError","message":"no\u001b","status":404,"stack":"at x","type":"NotFound"})") ==
          contract::Refusal{"TinyStacksError", "no\x1b", 404, "NotFound"});
    CHECK(contract::find_refusal(R"({"message":"Forbidden"})") == contract::Refusal{"", "Forbidden", 0, ""});
    const auto* body = GENERATE("", "<html>502</html>", "[]", "{}", R"({"message":5})", "{\"message\":\"cut");
    CAPTURE(body);
    CHECK(contract::find_refusal(body) == std::nullopt);
}
