#include "buildspec/detail/phases.hpp"
#include "buildspec/detail/state.hpp"
#include "tests/support/catch.hpp"

using namespace tinystacks;

namespace {

std::string shown(std::string_view text)
{
    std::string all;
    for (const auto& [name, value, written] : buildspec::parse_state(text)) {
        all += name + (value ? "=[" + *value + "]" : "") + ";";
    }
    return all;
}

bool matches(const std::string& text, const std::string& pattern)
{
    return buildspec::matches(text, buildspec::compile_pattern(pattern));
}

}  // namespace

TEST_CASE("parse_state reads what shells print", "[buildspec]")
{
    CHECK(shown("declare -x A=\"q\\\"u\\$o\\`t\\\\e's\"\ndeclare -x B\ndeclare -rx C=\"\"\n") ==
          "A=[q\"u$o`t\\e's];B;C=[];");
    CHECK(shown("export A=$'tab\\tnl\\nbell\\a \\303\\251\\001\\''\nexport B=\"two\nlines\"\n") ==
          "A=[tab\tnl\nbell\a \xC3\xA9\x01'];B=[two\nlines];");
    CHECK(shown("export A='it'\"'\"'s'\nexport B='x'\\''y'\n\nexport C=bare\n") == "A=[it's];B=[x'y];C=[bare];");
}

TEST_CASE("parse_state takes no line of a value for a variable", "[buildspec]")
{
    CHECK(shown("export A='x\nexport B=y\n'\nexport C='1'\n") == "A=[x\nexport B=y\n];C=[1];");
}

TEST_CASE("parse_state leaves out what is no variable and survives what is cut off", "[buildspec]")
{
    CHECK(shown("declare -fx f\nunset X\nexport A-B='1'\nexport A='1'") == "f;A=[1];");
    for (const auto* text :
         {"export A='", "export A=\"", "export A=\"\\", "export A=$'\\", "export", "export ", "declare -"}) {
        CAPTURE(text);
        CHECK(buildspec::parse_state(text).size() <= 1);
    }
}

TEST_CASE("A retry's pattern is searched anywhere, in time and stack that do not explode", "[buildspec]")
{
    CHECK(matches("error: connection timed out", "connection timed out"));
    CHECK(matches("a\nconnection timed out", ".*timed out.*"));
    CHECK(matches("Connection", "(?i)connection"));
    CHECK_FALSE(matches("Connection", "connection"));
    CHECK_FALSE(matches("x\ny", "^y"));
    CHECK(matches("xfoo", "bar|foo$"));
    CHECK(matches(std::string(1 << 20, 'x'), ".*"));
    CHECK_FALSE(matches(std::string(8192, 'a'), "(a+)+b"));
    CHECK_THROWS_AS(buildspec::compile_pattern("a)(b"), Error);
    CHECK_THROWS_AS(buildspec::compile_pattern("(unclosed"), Error);
    CHECK_THROWS_AS(buildspec::compile_pattern("(a)\\1"), Error);
}
