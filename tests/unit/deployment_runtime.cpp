#include "deployment/runtime.hpp"

#include "base/error.hpp"

#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

namespace tinystacks::deployment {
namespace {

using nlohmann::json;
using Kind = Variable::Kind;

const std::string repository = "123456789012.dkr.ecr.us-east-1.amazonaws.com/shop";
const std::string arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf";

/// A task definition of two containers; ours is the second.
json definition(const json::array_t& environment, const json& secrets = nullptr)
{
    json ours = {{"name", "web"}, {"image", repository + "@sha256:aa"}, {"environment", environment}};
    if (!secrets.is_null()) {
        ours["secrets"] = secrets;
    }
    return {
        {"family", "shop"},
        {"ofTomorrow", {{"any", 1}}},
        {"containerDefinitions",
         {{{"name", "proxy"}, {"image", repository + "-proxy:1"}, {"environment", {{{"name", "A"}, {"value", "0"}}}}},
          ours}}};
}

json plain(const std::string& name, const std::string& value)
{
    return {{"name", name}, {"value", value}};
}

json reference(const std::string& name, const std::string& value)
{
    return {{"name", name}, {"valueFrom", value}};
}

template <typename Call>
std::string refused(ErrorKind kind, const Call& call)
{
    try {
        (void)call();
    } catch (const Error& error) {
        CHECK(error.kind() == kind);
        return error.message();
    }
    FAIL("expected an Error");
    return {};
}

}  // namespace

TEST_CASE("with_variables changes our container's lists and nothing else, in their order", "[deployment]")
{
    const auto before = definition({plain("B", "1"), plain("OLD", "x"), plain("A", "1"), plain("MINE", "y")},
                                   json::array({reference("S", "/s")}));

    const auto after =
        with_variables(before, repository, {{"A", {Kind::plain, "2"}}, {"C", {Kind::plain, "3"}}}, {"OLD", "NEVER"});

    REQUIRE(after);
    CHECK(*after == definition({plain("B", "1"), plain("A", "2"), plain("MINE", "y"), plain("C", "3")},
                               json::array({reference("S", "/s")})));
}

TEST_CASE("with_variables moves a variable whose kind has changed", "[deployment]")
{
    const auto before = definition({plain("A", "1")}, json::array({reference("B", arn), reference("GONE", "/g")}));

    const auto after = with_variables(
        before, repository, {{"A", {Kind::secret, arn}}, {"B", {Kind::plain, "2"}}, {"P", {Kind::parameter, "/p"}}},
        {"GONE", "A"});

    REQUIRE(after);
    CHECK(*after == definition({plain("B", "2")}, json::array({reference("A", arn), reference("P", "/p")})));
}

TEST_CASE("with_variables gives nothing when nothing differs", "[deployment]")
{
    CHECK_FALSE(with_variables(definition({plain("A", "1")}, json::array({reference("S", arn)})), repository,
                               {{"A", {Kind::plain, "1"}}, {"S", {Kind::secret, arn}}}, {"GONE"}));
    CHECK_FALSE(with_variables(definition({}), repository, {}, {}));
}

TEST_CASE("with_variables takes the first essential container when none has our image", "[deployment]")
{
    const RuntimeVariables wanted = {{"A", {Kind::plain, "2"}}};
    auto optional_first = definition({});
    optional_first["containerDefinitions"][0]["essential"] = false;

    const auto first = with_variables(definition({}), "elsewhere/shop", wanted, {});
    const auto second = with_variables(optional_first, "", wanted, {});

    REQUIRE(first);
    CHECK((*first)["containerDefinitions"][0]["environment"] == json::array({plain("A", "2")}));
    CHECK((*first)["containerDefinitions"][1]["environment"].empty());
    REQUIRE(second);
    CHECK((*second)["containerDefinitions"][1]["environment"] == json::array({plain("A", "2")}));
    (void)refused(ErrorKind::failed, [&] { return with_variables({{"family", "x"}}, repository, wanted, {}); });
}

TEST_CASE("with_variables refuses a secret without its ARN, and names it only", "[deployment]")
{
    const auto message = refused(ErrorKind::invalid_input, [] {
        return with_variables(definition({}), repository, {{"PASSWORD", {Kind::secret, "shop/db"}}}, {});
    });

    CHECK(message.find("'PASSWORD'") != std::string::npos);
    CHECK(message.find("shop/db") == std::string::npos);
}

TEST_CASE("with_function_variables keeps what it is not told of", "[deployment]")
{
    const json configuration = {{"Environment", {{"Variables", {{"A", "1"}, {"MINE", "y"}, {"OLD", "x"}}}}}};

    CHECK(with_function_variables(configuration, {{"A", {Kind::plain, "2"}}, {"C", {Kind::plain, "3"}}}, {"OLD"}) ==
          json{{"A", "2"}, {"C", "3"}, {"MINE", "y"}});
    CHECK_FALSE(with_function_variables(configuration, {{"A", {Kind::plain, "1"}}}, {"GONE"}));
    CHECK_FALSE(with_function_variables(json::object(), {}, {"GONE"}));
    CHECK(with_function_variables(json::object(), {{"A", {Kind::plain, ""}}}, {}) == json{{"A", ""}});
}

TEST_CASE("with_function_variables refuses references, and variables it cannot read", "[deployment]")
{
    const auto reference = refused(ErrorKind::invalid_input, [] {
        return with_function_variables(json::object(), {{"PASSWORD", {Kind::parameter, "/shop/db"}}}, {});
    });
    CHECK(reference.find("'PASSWORD'") != std::string::npos);
    CHECK(reference.find("/shop/db") == std::string::npos);

    // Setting what we know would take away all the others.
    (void)refused(ErrorKind::not_allowed, [] {
        return with_function_variables(
            {{"Environment", {{"Error", {{"ErrorCode", "AccessDeniedException"}, {"Message", "no kms:Decrypt"}}}}}},
            {{"A", {Kind::plain, "1"}}}, {});
    });
}

}  // namespace tinystacks::deployment
