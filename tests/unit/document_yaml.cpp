#include "document/node.hpp"
#include "tests/support/catch.hpp"

using namespace tinystacks;

namespace {

std::vector<Problem> problems_of(const std::string& text)
{
    try {
        (void)document::parse_yaml(text, "f.yml");
    } catch (const Error& error) {
        return {error.problems().begin(), error.problems().end()};
    }
    return {};
}

}  // namespace

TEST_CASE("parse_yaml keeps scalars as they are written, with their places", "[document]")
{
    const auto document = document::parse_yaml("a: no\nb: 012\n\xC3\xA9: [3.10, 1e3]\nd: |\n  x: y\ne: 'q'\n", "f.yml");
    const auto& root = document.root;
    CHECK(root.find("a")->text == "no");
    CHECK(root.find("b")->text == "012");
    CHECK(root.find("\xC3\xA9")->items[0].text == "3.10");
    CHECK(root.find("\xC3\xA9")->items[1].where == Position{"f.yml", 3, 12});
    CHECK(root.find("d")->style == document::Style::block);
    CHECK(root.find("d")->text == "x: y\n");
    CHECK(root.find("e")->style == document::Style::quoted);
    CHECK(root.find("f") == nullptr);
}

TEST_CASE("parse_yaml tells null from text and says where a missing value is", "[document]")
{
    const auto root = document::parse_yaml("a:\nb: ~\nc: 'null'\nd:\n  -\n  - # why\n  - x\nNULL: 1\n", "f").root;
    CHECK(root.find("a")->is_null());
    CHECK(root.find("a")->where.line == 1);
    CHECK(root.find("b")->is_null());
    CHECK(root.find("c")->is_scalar());
    CHECK(root.find("d")->items[1].where.line == 6);
    CHECK(root.find("NULL")->text == "1");
}

TEST_CASE("parse_yaml expands aliases and merges mappings, explicit keys first", "[document]")
{
    const auto document = document::parse_yaml("base: &b {a: 1, c: 2}\nx:\n  <<: *b\n  a: 9\ny: *b\n", "f");
    const auto* x = document.root.find("x");
    CHECK(x->find("a")->text == "9");
    CHECK(x->find("c")->text == "2");
    CHECK(document.root.find("y")->find("a")->text == "1");
    REQUIRE(document.merge_keys.size() == 1);
    CHECK(document.merge_keys[0].line == 3);
}

TEST_CASE("parse_yaml refuses what could be read in two ways", "[document]")
{
    std::string bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\n";
    for (char c = 'b'; c < 'i'; ++c) {
        bomb +=
            fmt::format("{0}: &{0} [*{1},*{1},*{1},*{1},*{1},*{1},*{1},*{1},*{1},*{1}]\n", c, static_cast<char>(c - 1));
    }
    const auto [text, rule, line] = GENERATE_COPY(table<std::string, std::string, std::size_t>({
        {"a: 1\nb: 2\na: 3\n", "document.duplicate_key", 3},
        {"a: 1\n---\nb: 2\n", "document.second_document", 2},
        {"a: &x [*x]\n", "document.alias_cycle", 1},
        {bomb, "document.too_many_nodes", 4},
        {"a: " + std::string(70, '[') + std::string(70, ']'), "document.too_deep", 1},
        {"a: !ruby/object b\n", "document.tag", 1},
        {"a: \"x\\0y\"\n", "document.nul", 1},
        {std::string("a: x\0y\n", 7), "document.nul", 1},
        {"a: 1\nb: \xFF\n", "document.not_utf8", 2},
        {std::string("\xFF\xFE"
                     "a\0",
                     4),
         "document.not_utf8", 1},
        {"a: x\xE2\x80\xAEy\n", "document.bidi", 1},
        {"a: \x1b[31m\n", "document.control", 1},
        {"a: \"\\u202ex\"\n", "document.bidi", 1},
        {"# nothing\n", "document.empty", 0},
        {"", "document.empty", 0},
        {"a: \"never closed\nb: 2\n", "document.syntax", 1},
        {"a:\n\t- b\n", "document.syntax", 2},
        {"- a\n- echo: one two: three\n", "document.syntax", 2},
    }));
    CAPTURE(text, rule);
    const auto problems = problems_of(text);
    REQUIRE_FALSE(problems.empty());
    CHECK(problems[0].rule == rule);
    CHECK(problems[0].where.line == line);
}

TEST_CASE("parse_yaml shows the quoted form of a line that YAML misreads", "[document]")
{
    CHECK(problems_of("- a\n- echo: it's two: three\n")[0].hint == "- 'echo: it''s two: three'");
}
