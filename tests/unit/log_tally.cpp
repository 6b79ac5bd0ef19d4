#include "log/tally.hpp"

#include "tests/support/catch.hpp"

#include <algorithm>

using namespace tinystacks;
using log::Channel;
using log::find_tally;
using log::Gap;
using log::Tally;

TEST_CASE("Tally sums every stage and channel by itself", "[log]")
{
    Tally tally;
    tally.add({{}, "dev", log::Lines{Channel::release, log::Source::output, 1, "one\ntwo\nthr"}});
    tally.add({{}, "dev", log::Lines{Channel::release, log::Source::output, 3, "ee\n"}});
    tally.add({{}, "dev", Gap{Channel::build, 100, 10}});
    tally.add({{}, "", log::StepBegan{"BUILD"}});
    REQUIRE(tally.rows().size() == 3);
    CHECK(tally.rows()[0] == Tally::Row{"dev", {Channel::release, 14, 3}});
    CHECK(tally.rows()[1] == Tally::Row{"dev", {Channel::build, 100, 10}});
    CHECK(tally.rows()[2].stage.empty());
    CHECK(tally.rows()[2].gap.lines == 1);
}

TEST_CASE("Tally::beyond tells the rows that have more, by how much", "[log]")
{
    Tally less;
    less.add("dev", {Channel::release, 10, 1});
    less.add("prod", {Channel::release, 10, 1});
    less.add("other", {Channel::release, 10, 1});
    Tally more;
    more.add("dev", {Channel::release, 10, 1});
    more.add("prod", {Channel::release, 30, 2});
    more.add("dev", {Channel::build, 5, 0});
    CHECK(more.beyond(less) ==
          std::vector<Tally::Row>{{"prod", {Channel::release, 20, 1}}, {"dev", {Channel::build, 5, 0}}});
    CHECK(less.beyond(less).empty());
}

TEST_CASE("find_tally reads what format wrote, whatever the stage is called", "[log]")
{
    Tally tally;
    CHECK(find_tally(format(tally)).value().rows().empty());
    for (const auto* stage : {"", "prod-eu", "a b.%,\n-_", "\xFF\x01"}) {
        tally.add(stage, {Channel::release, 18446744073709551615U, 3});
        tally.add(stage, {Channel::runtime, 0, 1});
    }
    const auto text = format(tally);
    CHECK(find_tally(text).value().rows() == tally.rows());
    CHECK(text.find_first_of(" \n_") == std::string::npos);
}

TEST_CASE("find_tally refuses what is none", "[log]")
{
    const auto* text = GENERATE("x", "build.1.2", "build.1.2.dev,", "build.-1.2.dev", "build.1..dev", "nothing.1.2.dev",
                                "build.1.2.%4", "build.1.2.%4x", "build.1.2.a.b", "build.1.18446744073709551616.dev");
    CAPTURE(text);
    CHECK_FALSE(find_tally(text).has_value());
}

TEST_CASE("Tally stays small and loses no line, however many stages there are", "[log]")
{
    Tally tally;
    for (int i = 0; i < 1000; ++i) {
        auto stage = std::to_string(i);
        stage.resize(i < 15 || i % 2 == 0 ? 64 : 65, '\n');
        for (const auto channel : {Channel::build, Channel::release, Channel::deployment, Channel::runtime}) {
            tally.add(stage, {channel, 1'000'000'000'000'000, 1'000'000'000'000'000});
        }
    }
    CHECK(format(tally).size() <= log::longest_tally);
    std::uint64_t lines = 0;
    for (const auto& row : tally.rows()) {
        lines += row.gap.lines;
    }
    CHECK(lines == 4'000'000'000'000'000'000);
    CHECK(tally.beyond({}).size() == 64);
}
