#include "framework/pin.hpp"
#include "framework/release.hpp"

#include "tests/support/catch.hpp"

#include <array>

using namespace tinystacks;
using framework::Release;

namespace {

constexpr std::array<Release, 5> lines = {{{"26", "26.2", "2029-04-30", "", true},
                                           {"24", "24.11", "2028-04-30", "krypton", true},
                                           {"23", "23.11", "2025-06-01", "", false},
                                           {"22", "22.21", "2027-04-30", "jod", true},
                                           {"18", "18.20", "2025-04-30", "hydrogen", true}}};
constexpr framework::Releases node = {"node", "2026-11-30", "24", lines};
constexpr std::array<Release, 3> python_lines = {{{"3.14", "3.14", "2030-10-31", "", false},
                                                  {"3.13", "3.13", "2029-10-31", "", false},
                                                  {"3.9", "3.9", "2025-10-31", "", false}}};
constexpr framework::Releases python = {"python", "2026-11-30", "3.13", python_lines};

}  // namespace

TEST_CASE("find_release takes the pins that people write", "[framework]")
{
    const auto& [pin, release] = GENERATE(table<std::string, std::optional<std::string>>({
        {"22", "22.21"},
        {"v22", "22.21"},
        {"22.x", "22.21"},
        {"22.1.0", "22.1.0"},
        {"v20.11.1", "20.11.1"},
        {"22.14", "22.14"},
        {">=18", "24.11"},
        {">=18 <23", "22.21"},
        {">= 18.0.0", "24.11"},
        {"^22.9.0", "22.21"},
        {"~22.9.0", "22.9"},
        {"22.9.x", "22.9"},
        {"^18 || ^22", "22.21"},
        {"18 - 22", "22.21"},
        {">22", "24.11"},
        {"<=22", "22.21"},
        {"!=24", "26.2"},
        {"*", "24.11"},
        {"latest", "26.2"},
        {"node", "26.2"},
        {"lts", "26.2"},
        {"lts/*", "26.2"},
        {"lts/jod", "22.21"},
        {"lts/unknown", std::nullopt},
        {"99", "99"},
        {"99.1.2", "99.1.2"},
        {"\"22\"", "22.21"},
        {"banana", std::nullopt},
        {"pypy3.9", std::nullopt},
        {">", std::nullopt},
        {"||", std::nullopt},
        {"99999999999999999999", std::nullopt},
    }));
    CAPTURE(pin);
    CHECK(framework::find_release(pin, node) == release);
}

TEST_CASE("find_release takes Python's pins", "[framework]")
{
    const auto& [pin, release] = GENERATE(table<std::string, std::optional<std::string>>({
        {"3.11.11", "3.11.11"},
        {"3.13", "3.13"},
        {"3", "3.13"},
        {">=3.9,<3.14", "3.13"},
        {">=3.14", "3.14"},
        {"~=3.9", "3.13"},
        {"^3.10", "3.13"},
        {"==3.9.*", "3.9"},
        {">=3.13.3", "3.13"},
        {"cpython-3.13", "3.13"},
    }));
    CAPTURE(pin);
    CHECK(framework::find_release(pin, python) == release);
}

TEST_CASE("choose_runtime says what is ignored, contradicted or old", "[framework]")
{
    std::vector<std::string> warnings;
    const auto runtime = framework::choose_runtime(
        {{"18", {".nvmrc", 1, 1}, ".nvmrc"}, {">=22", {"package.json", 4, 1}, "engines.node"}}, node, warnings);
    CHECK(runtime.version() == "node 18");
    CHECK(runtime.release == "18.20");
    CHECK(runtime.end_of_life);
    REQUIRE(warnings.size() == 2);
    CHECK(warnings[0] ==
          "'18' (.nvmrc:1, .nvmrc) and '>=22' (package.json:4, engines.node) disagree: the first counts");
    CHECK(warnings[1] == "node 18.20 had its end of life on 2025-04-30");

    warnings.clear();
    CHECK(framework::choose_runtime({{"banana", {".nvmrc", 1, 1}, ".nvmrc"}}, node, warnings).release == "24.11");
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].find("is not understood") != std::string::npos);
}
