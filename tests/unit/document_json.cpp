#include "base/file.hpp"
#include "base/text.hpp"
#include "document/json.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/json.hpp"

using namespace tinystacks;

namespace {

std::vector<Problem> problems_of(const std::string& text, document::Origin origin = document::Origin::file,
                                 const document::Limits& limits = {})
{
    try {
        (void)document::parse_json(text, "f.json", limits, origin);
    } catch (const Error& error) {
        return {error.problems().begin(), error.problems().end()};
    }
    return {};
}

std::string again(const std::string& text)
{
    return document::to_json(document::parse_json(text, "f.json", {}, document::Origin::server).root);
}

}  // namespace

TEST_CASE("parse_json keeps what was written and where", "[document]")
{
    const auto root =
        document::parse_json("{\n  \"a\": 3.10,\n  \"b\": [true, \"x\\u00e4\\ud83d\\ude00\", null]\n}\n", "f.json")
            .root;
    const auto* a = root.find("a");
    CHECK(a->text == "3.10");
    CHECK(a->where == Position{"f.json", 2, 8});
    CHECK(root.entries[1].key_where == Position{"f.json", 3, 3});
    const auto& b = root.find("b")->items;
    CHECK(document::is_boolean(b[0]));
    CHECK(b[1].text == "x\xC3\xA4\xF0\x9F\x98\x80");
    CHECK(b[1].style == document::Style::quoted);
    CHECK(b[1].where == Position{"f.json", 3, 15});
    CHECK(b[2].is_null());
}

TEST_CASE("parse_json refuses what could be read in two ways, by rule and line", "[document]")
{
    const auto [text, rule, line] = GENERATE_COPY(table<std::string, std::string, std::size_t>({
        {"", "document.empty", 0},
        {" \n", "document.empty", 0},
        {"{\"a\":1,\n\"b\":2,\n\"a\":3}", "document.duplicate_key", 3},
        {"{} x", "document.trailing", 1},
        {"{}\n{}", "document.trailing", 2},
        {"[\"\\udc00\"]", "document.surrogate", 1},
        {"[\"\\ud800\\u0041\"]", "document.surrogate", 1},
        {"[9007199254740993]", "document.integer", 1},
        {"[-9007199254740993]", "document.integer", 1},
        {"[99999999999999999999]", "document.integer", 1},
        {"[\"\\u0000\"]", "document.nul", 1},
        {std::string("[\"\0\"]", 5), "document.nul", 1},
        {"[\"\\u001b[31m\"]", "document.control", 1},
        {"[\"\\u202e\"]", "document.bidi", 1},
        {"[\"\xFF\"]", "document.not_utf8", 1},
        {"[Infinity]", "document.syntax", 1},
        {"[-NaN]", "document.syntax", 1},
        {"[01]", "document.syntax", 1},
        {"[1.]", "document.syntax", 1},
        {"[.5]", "document.syntax", 1},
        {"[1,\n]", "document.syntax", 1},
        {"{\"a\" 1}", "document.syntax", 1},
        {"{a: 1}", "document.syntax", 1},
        {"{'a': 1}", "document.syntax", 1},
        {"[\"\\x\"]", "document.syntax", 1},
        {"[\"\\u12g4\"]", "document.syntax", 1},
        {"[\n\"open]", "document.syntax", 2},
        {"[\"a\nb\"]", "document.syntax", 1},
        {"[1 2]", "document.syntax", 1},
        {"[1", "document.syntax", 1},
        {"{", "document.syntax", 1},
        {"[truefalse]", "document.syntax", 1},
        {"// a\n[]", "document.syntax", 1},
    }));
    CAPTURE(text, rule);
    const auto problems = problems_of(text);
    REQUIRE_FALSE(problems.empty());
    CHECK(problems[0].rule == rule);
    CHECK(problems[0].where.line == line);
}

TEST_CASE("parse_json reports every problem at once, in the order of the text", "[document]")
{
    const auto problems = problems_of("{\"a\":1,\n\"b\":[9007199254740993],\n\"a\":\"\\ud800\",\n\"c\":}");
    REQUIRE(problems.size() == 3);
    CHECK(problems[0].rule == "document.integer");
    CHECK(problems[1].rule == "document.surrogate");
    CHECK(problems[2].rule == "document.syntax");
    CHECK(problems[2].where.line == 4);
}

TEST_CASE("parse_json keeps what a server wrote", "[document]")
{
    const auto text =
        GENERATE("[\"\\u001b[31m\\u0000\"]", "[\"\\u202e\"]", "[123456789012345678901]", "[\"\x7F\xE2\x80\xAE\"]");
    CAPTURE(text);
    CHECK(problems_of(text, document::Origin::server).empty());
    CHECK(support::same_json(again(text), text));
}

TEST_CASE("parse_json counts depth, values and bytes before it builds", "[document]")
{
    const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    CHECK(problems_of(nested(64)).empty());
    CHECK(problems_of(nested(65)).at(0).rule == "document.too_deep");
    CHECK(problems_of(std::string(1'000'000, '[')).at(0).rule == "document.too_deep");
    CHECK(problems_of("[1,2,3]", {}, {.nodes = 4}).empty());
    CHECK(problems_of("[1,2,3,4]", {}, {.nodes = 4}).at(0).rule == "document.too_many_nodes");
    CHECK(problems_of("[1,2]", {}, {.bytes = 5}).empty());
    CHECK(problems_of("[1,2 ]", {}, {.bytes = 5}).at(0).message == "larger than 5 bytes");
}

TEST_CASE("parse_json refuses the attack cases with the words they ask for", "[document]")
{
    const auto [file, words] = GENERATE_COPY(table<std::string, std::string>({
        {"deep-objects", "nested deeper"},
        {"trailing", "after the end"},
        {"lone-surrogate", "surrogate"},
        {"nan", "attack.json:1:"},
    }));
    CAPTURE(file);
    const auto text = read_file(TS_FIXTURES "/attack/json/" + file + ".json", 1 << 20);
    CHECK_THROWS_WITH(document::parse_json(text, "attack.json"), Catch::Contains(words));
}

TEST_CASE("to_json writes what parse_json read", "[document]")
{
    const auto text = GENERATE("{}", "[]", "null", "\"\"", "-0.0e+10", "[1,1.0,1e2,true,false,null]",
                               R"({"a":{"b":[{}]},"\"\\\/\b\f\n\r\t\u0001":"é 😀"})", R"(["1","true","null"])");
    CAPTURE(text);
    CHECK(support::same_json(again(text), text));
}

TEST_CASE("to_json makes numbers and booleans of YAML's plain scalars only where JSON has the same", "[document]")
{
    const auto root = document::parse_yaml("a: 3.10\nb: '3'\nc: yes\nd: true\ne: 012\nf: ~\n", "f.yml").root;
    CHECK(document::to_json(root) == R"({"a":3.10,"b":"3","c":"yes","d":true,"e":"012","f":null})");
}

TEST_CASE("parse takes a text that starts with a bracket for JSON", "[document]")
{
    CHECK(document::parse(" \n{\"a\": 1}", "f").root.find("a")->text == "1");
    CHECK(document::parse("\xEF\xBB\xBF{\"a\": 1}", "f").root.find("a")->text == "1");
    CHECK(document::parse("a: 1 # why\n", "f").root.find("a")->text == "1");
    CHECK_THROWS_WITH(document::parse("{a: 1}", "f"), Catch::Contains("this is not JSON"));
}

TEST_CASE("for_each_item gives the items before a problem, and no broken one", "[document]")
{
    const auto items_of = [](const std::string& text, std::string& rule) {
        std::vector<std::string> items;
        try {
            document::for_each_item(text, "f", {.nodes = 3}, document::Origin::server,
                                    [&](const document::Node& item) { items.push_back(document::to_json(item)); });
        } catch (const Error& error) {
            rule = error.problems().front().rule;
        }
        return items;
    };
    const auto [text, count, rule] = GENERATE_COPY(table<std::string, std::size_t, std::string>({
        {"[]", 0, ""},
        {"[1,[2,3],{\"a\":4}]\n", 3, ""},
        {"[1,[2,3,4]]", 1, "document.too_many_nodes"},
        {"[1,{\"a\":1,\"a\":2},3]", 1, "document.duplicate_key"},
        {"[1,2", 2, "document.syntax"},
        {"[1] [2]", 1, "document.trailing"},
        {"{\"items\":[]}", 0, "document.no_list"},
    }));
    CAPTURE(text);
    std::string found;
    CHECK(items_of(text, found).size() == count);
    CHECK(found == rule);
}

TEST_CASE("for_each_item counts the values of one item, not of the list", "[document]")
{
    std::string text = "[";
    for (int i = 0; i < 10'000; ++i) {
        text += R"({"name":"x","stages":[1]},)";
    }
    text.back() = ']';
    std::size_t count = 0;
    document::for_each_item(text, "f", {.nodes = 4}, document::Origin::server,
                            [&](const document::Node& item) { count += item.is_mapping() ? 1 : 0; });
    CHECK(count == 10'000);
}

TEST_CASE("find_number reads JSON's numbers and nothing else", "[document]")
{
    CHECK(document::find_number(document::make_number("-1.5e1")) == -15.0);
    CHECK_FALSE(document::find_number(document::make_string("1")).has_value());
    CHECK_FALSE(document::find_number(document::make_number("0x10")).has_value());
    CHECK_FALSE(document::find_number(document::make_number("1e999")).has_value());
}

TEST_CASE("pointer_to escapes as RFC 6901", "[document]")
{
    CHECK(document::pointer_to("/parameters", "a/b~c") == "/parameters/a~1b~0c");
}
