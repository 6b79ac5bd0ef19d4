#include "deployment/cause.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "tests/support/catch.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <random>
#include <regex>
#include <set>

using namespace tinystacks;
using deployment::Cause;
using deployment::Place;
using deployment::TaskEnd;

namespace {

const std::map<std::string, Place, std::less<>> places = {
    {"task", Place::task},         {"event", Place::event},
    {"target", Place::target},     {"rollout", Place::rollout},
    {"log", Place::log},           {"refusal", Place::refusal},
    {"function", Place::function}, {"invocation", Place::invocation},
};

/// Causes that our own code finds, not words.
const std::set<std::string, std::less<>> wordless = {"ecs.deploy.timeout", "lambda.pending", "lambda.publish.same",
                                                     "unknown"};

std::string replaced(std::string text, std::string_view what, std::string_view by)
{
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
        text.replace(at, what.size(), by);
    }
    return text;
}

/// A row of the fixture, which says what its columns are.
struct Sample {
    std::string cause;
    bool near_miss = false;
    std::string place;
    TaskEnd end;
    std::string text;

    [[nodiscard]] std::string recognised(const std::string& as) const
    {
        const auto* found =
            place == "task" ? deployment::recognise(end, as) : deployment::recognise(places.at(place), as);
        return found == nullptr ? "null" : std::string(found->id);
    }
};

std::vector<Sample> samples()
{
    const auto file = read_file(TS_FIXTURES "/causes/texts.tsv", 1 << 20);
    std::vector<Sample> all;
    for (const auto line : split(file, '\n')) {
        if (line.empty() || line.starts_with('#')) {
            continue;
        }
        const auto fields = split(line, '\t');
        REQUIRE(fields.size() == 6);
        Sample sample;
        sample.near_miss = fields[0].starts_with('!');
        sample.cause = fields[0].substr(sample.near_miss ? 1 : 0);
        sample.place = fields[1];
        sample.end.stop_code = fields[2];
        if (!fields[3].empty()) {
            sample.end.exit_code = std::stoi(std::string(fields[3]));
        }
        sample.text = replaced(std::string(fields[5]), "\\n", "\n");
        all.push_back(std::move(sample));
    }
    return all;
}

}  // namespace

TEST_CASE("recognise gives the cause of every text whose cause is known", "[deployment]")
{
    for (const auto& sample : samples()) {
        CAPTURE(sample.cause, sample.place, sample.end.stop_code, sample.text);
        if (sample.near_miss) {
            CHECK(sample.recognised(sample.text) != sample.cause);
        } else {
            CHECK(sample.recognised(sample.text) == sample.cause);
        }
    }
}

TEST_CASE("recognise does not depend on how quotes and letters are written", "[deployment]")
{
    for (const auto& sample : samples()) {
        CAPTURE(sample.cause, sample.text);
        const auto plain = sample.recognised(sample.text);
        CHECK(sample.recognised(replaced(replaced(sample.text, "'", "’"), "\"", "”")) == plain);
        CHECK(sample.recognised(replaced(replaced(sample.text, "‘", "'"), "’", "'")) == plain);
        CHECK(sample.recognised(to_upper(sample.text)) == plain);
        CHECK(sample.recognised(replaced(sample.text, "\n", "\r\n")) == plain);
    }
}

TEST_CASE("recognise finds the words of a container behind the task's own", "[deployment]")
{
    for (const auto& sample : samples()) {
        if (sample.end.stop_code == "TaskFailedToStart" && !sample.near_miss) {
            CAPTURE(sample.cause, sample.text);
            CHECK(sample.recognised("Task failed to start\n" + sample.text) == sample.cause);
            CHECK(sample.recognised(sample.text + "\nproxy: stopped") == sample.cause);
        }
    }
}

TEST_CASE("Each cause has three texts and a near miss in the fixture", "[deployment]")
{
    std::map<std::string, int, std::less<>> texts;
    std::map<std::string, int, std::less<>> near_misses;
    for (const auto& sample : samples()) {
        REQUIRE(deployment::find_cause(sample.cause) != nullptr);
        ++(sample.near_miss ? near_misses : texts)[sample.cause];
    }
    for (const auto& cause : deployment::causes()) {
        CAPTURE(cause.id);
        const bool ours = cause.place == Place::container || cause.place == Place::pipeline;
        if (ours || wordless.contains(cause.id)) {
            CHECK_FALSE(texts.contains(cause.id));
        } else {
            CHECK(texts[std::string(cause.id)] >= 3);
            CHECK(near_misses[std::string(cause.id)] >= 1);
        }
    }
}

TEST_CASE("recognise gives null for a text that nobody knows", "[deployment]")
{
    const auto* text =
        GENERATE("", "\n\n", "Zonal shift of the moon", "the task was stopped", "error", "*", "|", "$", ">",
                 "ManagedDaemonStopped: Daemon deployment", "\xff\xfe\xe2\x80", "status=IN_PROGRESS breaker=MONITORING",
                 "State=healthy Reason= ", "(service shop-api) has reached a steady state.");
    CAPTURE(text);
    for (const auto& [name, place] : places) {
        CAPTURE(name);
        CHECK(deployment::recognise(place, text) == nullptr);
    }
    CHECK(deployment::recognise(TaskEnd{"TaskFailedToStart", {}}, text) == nullptr);
    CHECK(deployment::recognise(TaskEnd{"ServiceSchedulerInitiated", 137}, text) == nullptr);
    CHECK(deployment::recognise(TaskEnd{"ANewStopCode", 1}, text) == nullptr);
}

TEST_CASE("recognise is certain at once of a command that cannot be run", "[deployment]")
{
    const auto code = GENERATE(126, 127);
    const auto* cause = deployment::recognise(TaskEnd{"EssentialContainerExited", code}, "");
    REQUIRE(cause != nullptr);
    CHECK(cause->id == "ecs.exit.nonzero");
    CHECK(cause->certainty == deployment::Certainty::first);
    CHECK(deployment::find_cause(cause->id)->certainty == deployment::Certainty::second);
}

TEST_CASE("recognise takes words of two lines for two messages", "[deployment]")
{
    const TaskEnd end{"TaskFailedToStart", {}};
    CHECK(deployment::recognise(end, "CannotStartContainerError: x\nno such file or directory")->id ==
          "ecs.start.failed");
    CHECK(deployment::recognise(end, "CannotStartContainerError: x: no such file or directory")->id ==
          "ecs.start.command");
}

TEST_CASE("recognise looks at the end of a log and at the beginning of everything else", "[deployment]")
{
    const std::string noise(1 << 20, 'x');
    const std::string words = "exec format error";
    CHECK(deployment::recognise(Place::log, noise + "\n" + words) != nullptr);
    CHECK(deployment::recognise(Place::log, words + "\n" + noise) == nullptr);
    CHECK(deployment::recognise(Place::event, "operations are being throttled" + noise) != nullptr);
    CHECK(deployment::recognise(Place::event, noise + "operations are being throttled") == nullptr);
}

TEST_CASE("recognise reads any bytes", "[deployment]")
{
    std::mt19937 random(1);  // NOLINT: the same bytes every time
    for (int round = 0; round < 2000; ++round) {
        std::string text(random() % 400, ' ');
        std::ranges::generate(text, [&] { return static_cast<char>(random()); });
        for (const auto& [name, place] : places) {
            (void)deployment::recognise(place, text);
        }
        (void)deployment::recognise(TaskEnd{}, text);
    }
    SUCCEED();
}

TEST_CASE("The catalogue's texts have one form", "[deployment]")
{
    std::set<std::string_view> ids;
    const std::regex placeholder(R"(\{([a-z]*)\})");
    const std::set<std::string> known = {"image",   "repository", "tag",   "region", "cluster",
                                         "service", "function",   "group", "task"};
    for (const auto& cause : deployment::causes()) {
        CAPTURE(cause.id);
        CHECK(ids.insert(cause.id).second);
        CHECK_FALSE(cause.sentence.empty());
        CHECK(cause.sentence.find_first_of(".{\n") != 0);
        CHECK_FALSE(cause.sentence.ends_with('.'));
        CHECK(cause.explanation.ends_with('.'));
        CHECK(cause.explanation.find("  ") == std::string_view::npos);
        CHECK_FALSE(cause.source.empty());
        CHECK((!cause.hint.empty() || cause.gravity == deployment::Gravity::noise));
        CHECK(is_utf8(cause.explanation));
        const std::string text = fmt::format("{}{}{}", cause.sentence, cause.hint, cause.explanation);
        for (std::sregex_iterator at(text.begin(), text.end(), placeholder), end; at != end; ++at) {
            CHECK(known.contains(at->str(1)));
        }
    }
    CHECK(ids.size() >= 90);
    CHECK(deployment::find_cause("ecs.oom")->owner == deployment::Owner::application);
    CHECK(deployment::find_cause("ecs.oo") == nullptr);
}

TEST_CASE("No source names a cause that the catalogue lacks", "[deployment]")
{
    const std::regex literal(R"re("((?:ecs|lambda|docker|release|test|api|noise)\.[a-z_.]*[a-z])")re");
    const std::set<std::string> others = {"release.yml", "docker.sock", "docker.io"};
    int found = 0;
    for (const auto* folder : {"deployment", "pipeline", "control"}) {
        for (const auto& entry :
             std::filesystem::recursive_directory_iterator(std::filesystem::path(TS_FIXTURES "/../../lib") / folder)) {
            if (entry.path().extension() != ".cpp") {
                continue;
            }
            const auto text = read_file(entry.path(), 1 << 20);
            for (std::sregex_iterator at(text.begin(), text.end(), literal), end; at != end; ++at) {
                CAPTURE(entry.path(), at->str());
                CHECK((others.contains(at->str(1)) || deployment::find_cause(at->str(1)) != nullptr));
                ++found;
            }
        }
    }
    CHECK(found > 90);
}
