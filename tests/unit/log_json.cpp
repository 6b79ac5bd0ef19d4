#include "log/to_json.hpp"

#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

using namespace tinystacks;

namespace {

const Time noon{std::chrono::milliseconds(1795521600250)};

}  // namespace

TEST_CASE("to_json writes every event as one object with a type", "[log]")
{
    const std::vector<std::pair<log::Event, std::string>> cases = {
        {{noon, "dev", log::Lines{log::Channel::release, log::Source::output, 7, "a\n"}},
         R"({"channel":"release","first_line":7,"source":"output","stage":"dev","text":"a\n",)"
         R"("time":"2026-11-24T12:00:00.250Z","type":"lines"})"},
        {{noon, "", log::StepBegan{"BUILD"}},
         R"({"name":"BUILD","stage":null,"time":"2026-11-24T12:00:00.250Z","type":"step_began"})"},
        {{noon, "", log::StepEnded{"BUILD", "FAILED", 1.5, ""}},
         R"({"message":null,"name":"BUILD","seconds":1.5,"stage":null,"status":"FAILED",)"
         R"("time":"2026-11-24T12:00:00.250Z","type":"step_ended"})"},
        {{noon, "dev", log::ResourceChanged{"container", "shop-dev", "started", "port 8001"}},
         R"({"detail":"port 8001","kind":"container","name":"shop-dev","stage":"dev","status":"started",)"
         R"("time":"2026-11-24T12:00:00.250Z","type":"resource_changed"})"},
        {{noon, "prod", log::WaitingFor{"an approval", "tinystacks approve"}},
         R"({"hint":"tinystacks approve","stage":"prod","time":"2026-11-24T12:00:00.250Z","type":"waiting_for",)"
         R"("what":"an approval"})"},
        {{noon, "", log::Note{Severity::warning, {"build.yml", 3, 0}, "odd", ""}},
         R"({"column":null,"file":"build.yml","hint":null,"line":3,"message":"odd","severity":"warning",)"
         R"("stage":null,"time":"2026-11-24T12:00:00.250Z","type":"note"})"},
        {{noon, "", log::Gap{log::Channel::runtime, 10, 2}},
         R"({"bytes":10,"channel":"runtime","lines":2,"stage":null,"time":"2026-11-24T12:00:00.250Z",)"
         R"("type":"gap"})"},
    };
    for (const auto& [event, text] : cases) {
        CHECK(log::to_json(event).dump() == text);
        CHECK(log::find_event(nlohmann::json::parse(text)) == event);
    }
}

TEST_CASE("to_json replaces ill-formed UTF-8", "[log]")
{
    const log::Event event{noon, "", log::Lines{log::Channel::build, log::Source::output, 1, "caf\xE9 \xF0\x9F\n"}};
    CHECK(log::to_json(event).at("text") == "caf\xEF\xBF\xBD \xEF\xBF\xBD\xEF\xBF\xBD\n");
}

TEST_CASE("find_event refuses what is no event", "[log]")
{
    const std::string text = GENERATE(as<std::string>(), "1", "{}", R"({"type":"step_began","name":"x"})",
                                      R"({"type":"new","time":"2026-11-24T12:00:00Z"})",
                                      R"({"type":"step_began","name":1,"time":"2026-11-24T12:00:00Z"})");
    CAPTURE(text);
    CHECK_FALSE(log::find_event(nlohmann::json::parse(text)).has_value());
}
