#include "aws/error.hpp"
#include "deployment/runtime_log.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/service_desk.hpp"

#include <nlohmann/json.hpp>

using namespace tinystacks;
using namespace std::chrono_literals;
using deployment::RuntimeLog;
using nlohmann::json;

namespace {

class Kept final : public log::Sink {
public:
    void write(const log::Event& event) override
    {
        events.push_back(event);
        if (const auto* lines = std::get_if<log::Lines>(&event.body)) {
            text += lines->text;
        }
        if (const auto* note = std::get_if<log::Note>(&event.body)) {
            notes.push_back(note->message);
        }
    }
    std::vector<log::Event> events;
    std::string text;
    std::vector<std::string> notes;
};

/// A runtime log whose AWS answers by the script; following ends when the script has been read for `rounds` waits.
struct Reader {
    support::ServiceDesk desk = {};
    Kept kept = {};
    int rounds = 1;
    aws::Ecs ecs{desk.client};
    aws::Lambda lambda{desk.client};
    aws::Logs logs{desk.client};
    RuntimeLog log{ecs,
                   lambda,
                   logs,
                   {[this] { return desk.now; },
                    [this](std::chrono::milliseconds duration, const Interruption&) {
                        desk.now += duration;
                        if (--rounds == 0) {
                            throw Interrupted();
                        }
                    }},
                   kept};

    void service(int count = 1, const std::string& task_definition = "web:1")
    {
        const json service = {{"desiredCount", count}, {"taskDefinition", task_definition}};
        desk.transport.reply(200, json{{"services", json::array({service})}}.dump());
    }
    void containers(const std::vector<json>& list)
    {
        const json definition = {{"taskDefinitionArn", "arn:aws:ecs:us-east-1:1:task-definition/web:1"},
                                 {"containerDefinitions", list}};
        desk.transport.reply(200, json{{"taskDefinition", definition}}.dump());
    }
    static json container(const std::string& name, const std::string& group = "/ecs/web")
    {
        return {{"name", name},
                {"logConfiguration",
                 {{"logDriver", "awslogs"},
                  {"options",
                   {{"awslogs-group", group}, {"awslogs-region", "us-east-1"}, {"awslogs-stream-prefix", "app"}}}}}};
    }
    /// An event `before` the present (11-24 10:00).
    [[nodiscard]] json line(std::chrono::milliseconds before, const std::string& message,
                            const std::string& stream = "app/web/1111111122222222") const
    {
        const auto at = (start - before).time_since_epoch().count();
        return {{"timestamp", at}, {"message", message}, {"logStreamName", stream}, {"eventId", message}};
    }
    void page(const std::vector<json>& events, const std::string& next = "")
    {
        json answer = {{"events", events}};
        if (!next.empty()) {
            answer["nextToken"] = next;
        }
        desk.transport.reply(200, answer.dump());
    }
    void show(bool follow = false)
    {
        deployment::RuntimeLogOptions options;
        options.stage = "dev";
        options.follow = follow;
        options.secrets.add("hunter2222");
        log.show_service("c", "web", options, {});
    }
    [[nodiscard]] json input(std::size_t number) const { return json::parse(desk.asked(number).body); }

    Time start = desk.now;
};

}  // namespace

TEST_CASE("RuntimeLog shows a service's lines of the last hour from its task definition's log group", "[deployment]")
{
    Reader reader;
    reader.service();
    reader.containers({Reader::container("web")});
    reader.page({reader.line(5s, "listening\n"), reader.line(4s, "password hunter2222")}, "more");
    reader.page({reader.line(3s, "two\nlines")});
    reader.show();
    CHECK(reader.kept.text == "listening\npassword ***\ntwo\nlines\n");
    CHECK(reader.input(2) == json{{"logGroupName", "/ecs/web"},
                                  {"logStreamNamePrefix", "app/web/"},
                                  {"startTime", (reader.start - 1h).time_since_epoch().count()}});
    CHECK(reader.input(3).at("nextToken") == "more");
    CHECK(reader.desk.transport.used_up());
    const auto& last = reader.kept.events.back();
    CHECK(last.time == reader.start - 3s);
    CHECK(last.stage == "dev");
    const auto& lines = std::get<log::Lines>(last.body);
    CHECK(lines.channel == log::Channel::runtime);
    CHECK(lines.source == log::Source::output);
    CHECK(lines.first_line == 3);
}

TEST_CASE("RuntimeLog tells tasks and containers apart, in the order of their times", "[deployment]")
{
    Reader reader;
    reader.service(2);
    reader.containers({Reader::container("web"), Reader::container("proxy")});
    reader.page({reader.line(9s, "a"), reader.line(6s, "d", "app/web/3333333344444444")});
    reader.page(
        {reader.line(8s, "b", "app/proxy/1111111122222222"), reader.line(7s, "c", "app/proxy/1111111122222222")});
    reader.show();
    CHECK(reader.kept.text == "[web 11111111] a\n[proxy 11111111] b\n[proxy 11111111] c\n[web 33333333] d\n");
}

TEST_CASE("RuntimeLog names no task as long as there is one", "[deployment]")
{
    Reader reader;
    reader.service();
    reader.containers({Reader::container("web")});
    reader.page({reader.line(9s, "a"), reader.line(8s, "b", "app/web/3333333344444444"), reader.line(7s, "c")});
    reader.show();
    CHECK(reader.kept.text == "a\n[33333333] b\n[11111111] c\n");
}

TEST_CASE("RuntimeLog shows late lines while it follows, and each line once", "[deployment]")
{
    Reader reader;
    reader.rounds = 3;
    reader.service();
    reader.containers({Reader::container("web")});
    reader.page({reader.line(10s, "first")});
    reader.page({reader.line(20s, "late"), reader.line(10s, "first"), reader.line(-1s, "second")});
    reader.page({reader.line(20s, "late"), reader.line(10s, "first"), reader.line(-1s, "second")});
    CHECK_THROWS_AS(reader.show(true), Interrupted);
    CHECK(reader.kept.text == "first\nlate\nsecond\n");
    CHECK(reader.input(3).at("startTime") == (reader.start - 40s).time_since_epoch().count());
    CHECK(reader.input(4).at("startTime") == (reader.start - 29s).time_since_epoch().count());
}

TEST_CASE("RuntimeLog that follows outlives an AWS that does not answer, but no refusal", "[deployment]")
{
    Reader reader;
    reader.rounds = 9;
    reader.service();
    reader.containers({Reader::container("web")});
    reader.page({reader.line(10s, "first")});
    for (int attempt = 0; attempt < 3; ++attempt) {
        reader.desk.transport.fail("connection reset");
    }
    reader.page({reader.line(10s, "first"), reader.line(0s, "second")});
    reader.desk.transport.reply(400, R"({"__type":"AccessDeniedException","message":"no logs:FilterLogEvents"})");
    CHECK_THROWS_AS(reader.show(true), aws::Refusal);
    CHECK(reader.kept.text == "first\nsecond\n");
    CHECK(reader.kept.notes ==
          std::vector<std::string>{"the log cannot be read at the moment: FilterLogEvents: connection reset"});
}

TEST_CASE("RuntimeLog that follows says once that it is throttled, whatever the request was called", "[deployment]")
{
    Reader reader;
    reader.service();
    reader.containers({Reader::container("web")});
    reader.rounds = 3;
    const auto throttled = [&](const std::string& request) {
        for (int attempt = 0; attempt < 3; ++attempt) {
            reader.desk.transport.reply(400, R"({"__type":"ThrottlingException","message":"Rate exceeded"})",
                                        {{"x-amzn-requestid", request}});
        }
    };
    throttled("one");
    throttled("two");
    throttled("three");
    CHECK_THROWS_AS(reader.show(true), Interrupted);
    CHECK(reader.kept.notes.size() == 1);
    CHECK(reader.desk.transport.used_up());
}

TEST_CASE("RuntimeLog that follows looks for a new task definition", "[deployment]")
{
    Reader reader;
    reader.rounds = 17;
    reader.service();
    reader.containers({Reader::container("web")});
    for (int round = 0; round < 15; ++round) {
        reader.page({});
    }
    reader.service(1, "web:2");
    reader.containers({Reader::container("web", "/ecs/other")});
    reader.page({});
    reader.page({reader.line(0s, "new")});
    reader.page({});
    reader.page({});
    CHECK_THROWS_AS(reader.show(true), Interrupted);
    CHECK(reader.kept.text == "new\n");
}

TEST_CASE("RuntimeLog says where lines are that are not in CloudWatch", "[deployment]")
{
    Reader reader;
    auto far = Reader::container("far");
    far["logConfiguration"]["options"]["awslogs-region"] = "eu-west-1";
    const json other = {{"name", "side"}, {"logConfiguration", {{"logDriver", "awsfirelens"}}}};
    const json silent = {{"name", "quiet"}};
    SECTION("of some containers")
    {
        reader.service();
        reader.containers({Reader::container("web"), far, other, silent});
        reader.page({reader.line(1s, "a")});
        reader.show();
        CHECK(reader.kept.text == "a\n");
        CHECK(reader.kept.notes ==
              std::vector<std::string>{
                  "container 'far' logs to CloudWatch in eu-west-1, not in us-east-1: aws logs tail /ecs/web "
                  "--region eu-west-1",
                  "container 'side' logs by 'awsfirelens', not to CloudWatch",
                  "container 'quiet' has no log in CloudWatch"});
    }
    SECTION("of all containers")
    {
        reader.service();
        reader.containers({other});
        try {
            reader.show();
            FAIL("expected an Error");
        } catch (const Error& error) {
            CHECK(error.kind() == ErrorKind::unavailable);
            CHECK(error.message() == "stage 'dev' prints nothing to CloudWatch: container 'side' logs by "
                                     "'awsfirelens', not to CloudWatch");
        }
    }
}

TEST_CASE("RuntimeLog does not keep silent about silence", "[deployment]")
{
    Reader reader;
    reader.service();
    SECTION("there is no such service")
    {
        Reader none;
        none.desk.transport.reply(200, R"({"services":[],"failures":[{"reason":"MISSING"}]})");
        CHECK_THROWS_AS(none.show(), Error);
    }
    SECTION("nothing was printed")
    {
        reader.containers({Reader::container("web")});
        reader.page({});
        reader.show();
        CHECK(reader.kept.notes == std::vector<std::string>{"nothing was printed since 2026-11-24T09:00:00.000Z"});
    }
    SECTION("the group does not exist")
    {
        reader.containers({Reader::container("web")});
        reader.desk.transport.reply(400, R"({"__type":"ResourceNotFoundException","message":"no such group"})");
        try {
            reader.show();
            FAIL("expected an Error");
        } catch (const Error& error) {
            CHECK(error.kind() == ErrorKind::not_found);
            CHECK(error.message().find("'/ecs/web'") != std::string::npos);
        }
    }
}

TEST_CASE("RuntimeLog shows a function's lines, also from a group that functions share", "[deployment]")
{
    Reader reader;
    deployment::RuntimeLogOptions options;
    options.stage = "dev";
    options.since = reader.start - 24h;
    const std::string one = "2026/11/24/[$LATEST]aaaaaaaabbbb";
    SECTION("its own group")
    {
        reader.desk.transport.reply(200, R"({"FunctionName":"web","LoggingConfig":{"LogGroup":"/aws/lambda/web"}})");
        reader.page({reader.line(2s, "START", one), reader.line(1s, "START", "2026/11/24/[$LATEST]ccccccccdddd")});
        reader.log.show_function("arn:aws:lambda:us-east-1:1:function:web", options, {});
        CHECK(reader.kept.text == "START\n[cccccccc] START\n");
        CHECK(reader.input(1) ==
              json{{"logGroupName", "/aws/lambda/web"}, {"startTime", options.since->time_since_epoch().count()}});
    }
    SECTION("a shared group")
    {
        reader.desk.transport.reply(200, R"({"FunctionName":"web","LoggingConfig":{"LogGroup":"/shared"}})");
        reader.page({reader.line(2s, "mine", "2026/11/24/web[$LATEST][aaaaaaaabbbb]"),
                     reader.line(1s, "other", "2026/11/24/my-web[$LATEST][ccccccccdddd]")});
        reader.log.show_function("web", options, {});
        CHECK(reader.kept.text == "mine\n");
    }
}
