#include "aws/detail/xml.hpp"

#include "base/error.hpp"

#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <utility>

using namespace tinystacks;
using aws::detail::list_of;
using aws::detail::parse_xml;

TEST_CASE("parse_xml makes objects of elements and arrays of members", "[aws]")
{
    const std::pair<const char*, const char*> cases[] = {
        {"<a/>", R"({"a":""})"},
        {"<a></a>", R"({"a":""})"},
        {"<a>x &lt;&amp;&gt; &quot;&apos;&#65;&#xe9;&#x1F600;</a>", "{\"a\":\"x <&> \\\"'Aé😀\"}"},
        {"<a><![CDATA[<b>&amp;]]></a>", R"({"a":"<b>&amp;"})"},
        {"<?xml version=\"1.0\"?>\n<a xmlns='u' x:y=\"1>2\">\n <b>1</b>\n <c/></a>\n", R"({"a":{"b":"1","c":""}})"},
        {"<a><!-- <b> --><b>1</b></a>", R"({"a":{"b":"1"}})"},
        {"<l><member>1</member></l>", R"({"l":["1"]})"},
        {"<l><member><k>1</k></member><member><k>2</k></member></l>", R"({"l":[{"k":"1"},{"k":"2"}]})"},
        {"<l><Contents>1</Contents><Contents>2</Contents><Contents>3</Contents><More>no</More></l>",
         R"({"l":{"Contents":["1","2","3"],"More":"no"}})"},
        {"<l><x><member>1</member></x><x><member>2</member></x></l>", R"({"l":{"x":[["1"],["2"]]}})"},
        {"<n:a><n:b>1</n:b></n:a>", R"({"a":{"b":"1"}})"},
        {"\xEF\xBB\xBF<a>1</a>", R"({"a":"1"})"},
    };
    for (const auto& [text, json] : cases) {
        CAPTURE(text);
        CHECK(parse_xml(text) == nlohmann::json::parse(json));
    }
}

TEST_CASE("parse_xml refuses what is not well-formed, entities and too much nesting", "[aws]")
{
    std::string deep;
    for (int i = 0; i < 65; ++i) {
        deep += "<a>";
    }
    for (const auto& text :
         {std::string(), std::string("text"), std::string("<a>"), std::string("<a></b>"), std::string("<a/><b/>"),
          std::string("</a>"), std::string("<a>&x;</a>"), std::string("<a>&amp</a>"), std::string("<a>&#0;</a>"),
          std::string("<a>&#xD800;</a>"), std::string("<a>&#x110000;</a>"), std::string("<a x='"), std::string("<>"),
          std::string("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"), std::string("<a><![CDATA[x</a>"), deep}) {
        CAPTURE(text);
        CHECK_THROWS_AS(parse_xml(text), Error);
    }
}

TEST_CASE("list_of gives an array, however often the element came", "[aws]")
{
    const auto none = nlohmann::json::array();
    CHECK(list_of(nlohmann::json::parse(R"({"a":["1","2"]})"), "a").size() == 2);
    CHECK(list_of(nlohmann::json::parse(R"({"a":{"b":"1"}})"), "a").size() == 1);
    CHECK(list_of(nlohmann::json::parse(R"({"a":""})"), "a") == none);
    CHECK(list_of(nlohmann::json::parse(R"({"b":"1"})"), "a") == none);
    CHECK(list_of(nlohmann::json::parse(R"("")"), "a") == none);
}
