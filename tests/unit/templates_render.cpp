#include "templates/render.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "document/node.hpp"
#include "templates/embedded.hpp"
#include "tests/support/catch.hpp"

using namespace tinystacks;
using templates::Language;

namespace {

std::vector<std::string> attacks()
{
    std::vector<std::string> values;
    for (const auto& entry : std::filesystem::directory_iterator(TS_FIXTURES "/attack/template-vars")) {
        const auto text = read_file(entry.path(), 1 << 16);
        if (text.find("\\u0000") == std::string::npos) {  // no language can hold it; see below
            values.push_back(document::parse_yaml(text, entry.path()).root.find("variable")->text);
        }
    }
    for (const auto* more : {"",
                             "no",
                             "null",
                             "1e3",
                             "0755",
                             "3.10",
                             "~",
                             "a: b",
                             "- a",
                             "a #b",
                             "'",
                             "\"",
                             "\\",
                             "{a}",
                             "[a]",
                             "*a",
                             "&a",
                             "!a",
                             "%a",
                             "@a",
                             "`a",
                             "a\nb",
                             " a ",
                             "a\tb",
                             "{{x}}",
                             "y",
                             "caf\xC3\xA9",

                             "\xEF\xBB\xBF",
                             "\xC2\x85",
                             "\xE2\x80\xA8",
                             "\xF0\x9F\x98\x80"}) {
        values.emplace_back(more);
    }
    return values;
}

}  // namespace

TEST_CASE("render_text makes any value one YAML scalar", "[templates]")
{
    const auto value = GENERATE_COPY(from_range(attacks()));
    CAPTURE(value);
    const auto text = templates::render_text("first: {{value}}\nlast: 1\n", Language::yaml, {{"value", value}});
    CAPTURE(text);
    const auto root = document::parse_yaml(text, "t").root;
    REQUIRE(root.entries.size() == 2);
    REQUIRE(root.find("first")->is_scalar());
    CHECK(root.find("first")->text == value);
    CHECK(root.find("first")->style ==
          (templates::escape(value, Language::yaml).front() == '"' ? document::Style::quoted : document::Style::plain));
}

TEST_CASE("escape keeps names and numbers plain in YAML", "[templates]")
{
    CHECK(templates::escape("shop-api", Language::yaml) == "shop-api");
    CHECK(templates::escape("services/api/Dockerfile", Language::yaml) == "services/api/Dockerfile");
    CHECK(templates::escape("8001", Language::yaml) == "8001");
    CHECK(templates::escape("0755", Language::yaml) == "\"0755\"");
    CHECK(templates::escape("web\x07", Language::yaml) == "\"web\\x07\"");
}

TEST_CASE("escape makes one word for a shell and a Dockerfile", "[templates]")
{
    CHECK(templates::escape("web$(touch x)", Language::shell) == "'web$(touch x)'");
    CHECK(templates::escape("it's", Language::shell) == "'it'\\''s'");
    CHECK(templates::escape("node:20", Language::dockerfile) == "node:20");
    CHECK(templates::escape("a $b", Language::dockerfile) == "\"a \\$b\"");
}

TEST_CASE("escape refuses what a language cannot say", "[templates]")
{
    const auto language = GENERATE(Language::yaml, Language::shell, Language::dockerfile, Language::plain);
    CHECK_THROWS_AS(templates::escape(std::string("a\0b", 3), language), Error);
    CHECK_THROWS_AS(templates::escape("\xFF", language), Error);
    const auto is_line = language == Language::dockerfile || language == Language::plain;
    if (is_line) {
        CHECK_THROWS_AS(templates::escape("FROM a\nRUN b", language), Error);
        CHECK_THROWS_AS(templates::escape("a\x1b[0m", language), Error);
    }
}

TEST_CASE("render_text fills in sections and lists", "[templates]")
{
    const templates::List list = {{{"x", "1"}}, {{"x", "2"}}};
    CHECK(templates::render_text("{{#on}}a{{/on}}{{^on}}b{{/on}}{{#list}}{{x}};{{/list}}", Language::plain,
                                 {{"on", true}, {"list", list}}) == "a1;2;");
}

TEST_CASE("render_text takes a wrong template for an error", "[templates]")
{
    const std::string text = GENERATE("{{missing}}", "{{#missing}}x{{/missing}}", "{{^missing}}x{{/missing}}",
                                      "{{{known}}}", "{{&known}}", "{{> known}}", "{{#known}}", "{{known");
    CAPTURE(text);
    try {
        (void)templates::render_text(text, Language::plain, {{"known", "x"}});
        FAIL("expected an Error");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::failed);
    }
}

TEST_CASE("text gives each shipped file as it is", "[templates]")
{
    CHECK(templates::text("build.yml").starts_with("# Builds the image"));
    CHECK(templates::text("release.yml").ends_with(")\n"));
    CHECK_THROWS_AS(templates::text("none.yml"), Error);
    for (const auto& file : templates::embedded_files()) {
        CAPTURE(file.name);
        CHECK(file.text.ends_with('\n'));
    }
}
