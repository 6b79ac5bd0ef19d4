#include "view/connection.hpp"

#include "access.hpp"

#include "base/text.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <chrono>

namespace tinystacks::app::view {
namespace {

using connection::Connection;
using connection::Keeper;
using connection::Kind;

bool is_default(const Connection& connection, const std::string& default_api)
{
    return connection.kind == Kind::api && connection.address == default_api;
}

std::string day_of(Time time)
{
    return to_rfc3339(time).substr(0, 10);
}

/// What tells connections of one kind apart, besides their addresses.
std::vector<std::string> details_of(const Connection& connection, const std::string& default_api)
{
    std::vector<std::string> details;
    const auto add = [&](std::string_view name, const std::string& value) {
        if (!value.empty()) {
            details.push_back(fmt::format("{}{}", name, printable_line(value)));
        }
    };
    add("", connection.account);
    add("group ", connection.group);
    add("scopes ", join(connection.scopes.value_or(std::vector<std::string>()), ", "));
    add("profile ", connection.aws.profile);
    add("role ", connection.aws.role_arn);
    add("region ", connection.aws.region);
    if (connection.expires_at && !connection.renews) {
        add("until ", day_of(*connection.expires_at));
    }
    if (connection.keeper != Keeper::none) {
        add("token in the ", std::string(to_string(connection.keeper)));
    }
    add("", is_default(connection, default_api) ? "default" : "");
    return details;
}

/// The command that connects it again.
std::string again(const Connection& connection)
{
    const auto kind = find_provider_kind(connection.kind);
    return kind ? provider::connect_command({*kind, connection.address})
                : fmt::format("tinystacks connect {}", to_string(connection.kind));
}

/// Warns of a token that ends soon, for people and for programs.
void warn_of_end(const Connection& connection, Time now, Report& report)
{
    constexpr auto notice = std::chrono::hours(7 * 24);
    if (!connection.expires_at || connection.renews || *connection.expires_at > now + notice) {
        return;
    }
    Problem problem;
    problem.severity = Severity::warning;
    problem.rule = "connection.token_ends";
    problem.message =
        fmt::format("the token for {} {} on {}", printable_line(connection.address),
                    *connection.expires_at <= now ? "has expired" : "expires", day_of(*connection.expires_at));
    problem.hint = again(connection);
    auto lines = text(std::vector{problem});
    lines.pop_back();
    report.notes.push_back(std::move(lines));
    report.problems.push_back(std::move(problem));
}

}  // namespace

nlohmann::json connection_json(const Connection& connection, const std::string& default_api)
{
    auto json = connection::to_json(connection);
    json["default"] = is_default(connection, default_api);
    return json;
}

std::string line_of(const Connection& connection, const std::string& default_api)
{
    const auto details = join(details_of(connection, default_api), "; ");
    return fmt::format("{:<7} {}{}", to_string(connection.kind), printable_line(connection.address),
                       details.empty() ? "" : "  " + details);
}

Report connected(const Connection& connection, const std::string& default_api, const std::string& file, Time now)
{
    Report report;
    report.text = fmt::format("connected: {}\n", line_of(connection, default_api));
    if (connection.keeper == Keeper::file) {
        report.notes.push_back(fmt::format("no keyring took the token: it is in {}, which only you can read", file));
    }
    warn_of_end(connection, now, report);
    (*report.result)["connection"] = connection_json(connection, default_api);
    return report;
}

Report connection_list(const std::vector<Connection>& connections, const std::string& default_api, Time now)
{
    Report report;
    auto list = nlohmann::json::array();
    for (const auto& each : connections) {
        report.text += line_of(each, default_api) + "\n";
        list.push_back(connection_json(each, default_api));
        warn_of_end(each, now, report);
    }
    if (connections.empty()) {
        report.notes.emplace_back("nothing is connected\n  try: tinystacks connect github");
    }
    (*report.result)["connections"] = std::move(list);
    return report;
}

}  // namespace tinystacks::app::view
