#include "connection/connection.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "http/transport.hpp"
#include "http/url.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace tinystacks::connection {
namespace {

using nlohmann::json;

constexpr std::array kinds = {std::pair{Kind::api, "api"}, std::pair{Kind::github, "github"},
                              std::pair{Kind::gitlab, "gitlab"}, std::pair{Kind::aws, "aws"}};
constexpr std::array keepers = {std::pair{Keeper::none, "none"}, std::pair{Keeper::keyring, "keyring"},
                                std::pair{Keeper::file, "file"}};

json time_of(const std::optional<Time>& time)
{
    return time ? json(to_rfc3339(*time)) : json(nullptr);
}

json or_null(const std::string& text)
{
    return text.empty() ? json(nullptr) : json(text);
}

[[noreturn]] void refuse(std::string_view member)
{
    throw Error(ErrorKind::invalid_input, "a stored connection has no good '{}'", member);
}

/// A text, empty for null and for what is missing.
std::string text_of(const json& object, const char* name)
{
    const auto value = object.value(name, json());
    if (!value.is_null() && !value.is_string()) {
        refuse(name);
    }
    return value.is_null() ? std::string() : value.get<std::string>();
}

std::optional<Time> find_time(const json& object, const char* name)
{
    const auto text = text_of(object, name);
    const auto time = find_rfc3339(text);
    if (!text.empty() && !time) {
        refuse(name);
    }
    return time;
}

/// A list of texts, empty for null and for what is missing.
std::optional<std::vector<std::string>> find_texts(const json& object, const char* name)
{
    const auto list = object.value(name, json());
    if (list.is_null()) {
        return std::nullopt;
    }
    if (!list.is_array() || !std::ranges::all_of(list, [](const json& each) { return each.is_string(); })) {
        refuse(name);
    }
    return list.get<std::vector<std::string>>();
}

}  // namespace

std::string_view to_string(Kind kind)
{
    return std::ranges::find(kinds, kind, [](const auto& each) { return each.first; })->second;
}

std::optional<Kind> find_kind(std::string_view word)
{
    const auto* found = std::ranges::find(kinds, word, [](const auto& each) { return std::string_view(each.second); });
    return found == kinds.end() ? std::nullopt : std::optional(found->first);
}

std::string_view to_string(Keeper keeper)
{
    return std::ranges::find(keepers, keeper, [](const auto& each) { return each.first; })->second;
}

std::string normalised_url(std::string_view url)
{
    try {
        auto parsed = http::parse_url(url);
        if (!parsed.query.empty() || url.find('?') != std::string_view::npos) {
            throw Error(ErrorKind::invalid_input, "the URL holds a query");
        }
        if (parsed.scheme != "https" && !http::is_loopback(parsed.host)) {
            throw Error(ErrorKind::invalid_input, "only https is encrypted; http is for this machine alone");
        }
        while (parsed.path.ends_with('/')) {
            parsed.path.pop_back();
        }
        return http::to_string(parsed);
    } catch (const Error& error) {
        // Not quoted: it may hold a password.
        throw Error(ErrorKind::usage, "that is no URL of a TinyStacks API: {}", error.message())
            .with_hint("tinystacks connect api https://api.example.com");
    }
}

json to_json(const Connection& connection)
{
    const auto& aws = connection.aws;
    return {{"kind", to_string(connection.kind)},
            {"address", connection.address},
            {"account", or_null(connection.account)},
            {"scopes", connection.scopes ? json(*connection.scopes) : json(nullptr)},
            {"expires_at", time_of(connection.expires_at)},
            {"renews", connection.renews},
            {"group", or_null(connection.group)},
            {"client_id", or_null(connection.client_id)},
            {"profile", or_null(aws.profile)},
            {"role_arn", or_null(aws.role_arn)},
            {"external_id", or_null(aws.external_id)},
            {"region", or_null(aws.region)},
            {"created_at", time_of(connection.created_at)},
            {"kept_in", to_string(connection.keeper)}};
}

Connection parse_connection(const json& object)
{
    if (!object.is_object()) {
        throw Error(ErrorKind::invalid_input, "a stored connection is no object");
    }
    const auto kind = find_kind(text_of(object, "kind"));
    const auto kept_in = text_of(object, "kept_in");
    const auto* keeper =
        std::ranges::find(keepers, kept_in, [](const auto& each) { return std::string_view(each.second); });
    Connection connection;
    connection.address = text_of(object, "address");
    if (!kind || connection.address.empty() || keeper == keepers.end()) {
        refuse(!kind ? "kind" : connection.address.empty() ? "address" : "kept_in");
    }
    connection.kind = *kind;
    connection.keeper = keeper->first;
    connection.account = text_of(object, "account");
    connection.scopes = find_texts(object, "scopes");
    connection.expires_at = find_time(object, "expires_at");
    connection.renews = object.value("renews", json()) == json(true);
    connection.group = text_of(object, "group");
    connection.client_id = text_of(object, "client_id");
    connection.aws = {text_of(object, "profile"), text_of(object, "role_arn"), text_of(object, "external_id"),
                      text_of(object, "region")};
    connection.created_at = find_time(object, "created_at");
    return connection;
}

}  // namespace tinystacks::connection
