#include "deployment/detail/log_source.hpp"

#include "base/text.hpp"
#include "deployment/detail/reply.hpp"

#include <nlohmann/json.hpp>

#include <fmt/core.h>

#include <algorithm>

namespace tinystacks::deployment {
namespace {

using nlohmann::json;
using reply::member;
using reply::text;

constexpr std::size_t short_id = 8;

/// "us-east-1" of arn:aws:ecs:us-east-1:…
std::string region_of(const std::string& arn)
{
    const auto parts = split(arn, ':');
    return parts.size() > 3 ? std::string(parts[3]) : std::string();
}

template <typename T>
void add_once(std::vector<T>& list, T value)
{
    if (std::ranges::find(list, value) == list.end()) {
        list.push_back(std::move(value));
    }
}

}  // namespace

void add_container_sources(const json& task_definition, LogSources& found)
{
    const auto region = region_of(text(task_definition, "taskDefinitionArn"));
    for (const auto& container : reply::list(task_definition, "containerDefinitions")) {
        const auto name = text(container, "name");
        const auto& configuration = member(container, "logConfiguration");
        const auto driver = text(configuration, "logDriver");
        const auto& options = member(configuration, "options");
        const auto group = text(options, "awslogs-group");
        const auto log_region = text(options, "awslogs-region");
        if (driver != "awslogs" || group.empty()) {
            add_once(found.elsewhere,
                     driver.empty() || driver == "awslogs"
                         ? fmt::format("container '{}' has no log in CloudWatch", name)
                         : fmt::format("container '{}' logs by '{}', not to CloudWatch", name, driver));
        } else if (!log_region.empty() && !region.empty() && log_region != region) {
            add_once(found.elsewhere,
                     fmt::format("container '{}' logs to CloudWatch in {}, not in {}: aws logs tail {} "
                                 "--region {}",
                                 name, log_region, region, shell_quote(group), log_region));
        } else {
            // Without a prefix (only on EC2) streams are called by Docker's ids, which name no container of ours.
            const auto prefix = text(options, "awslogs-stream-prefix");
            add_once(found.sources,
                     LogSource{group, prefix.empty() ? "" : fmt::format("{}/{}/", prefix, name), name, {}});
        }
    }
}

LogSource function_source(const json& configuration)
{
    const auto name = text(configuration, "FunctionName");
    const auto own = "/aws/lambda/" + name;
    const auto group = text(member(configuration, "LoggingConfig"), "LogGroup");
    return group.empty() || group == own ? LogSource{own, {}, {}, {}} : LogSource{group, {}, {}, name};
}

bool holds_stream(const LogSource& source, std::string_view stream)
{
    const bool named =
        source.function.empty() || stream.find(fmt::format("/{}[", source.function)) != std::string_view::npos;
    return named && stream.starts_with(source.stream_prefix);
}

std::string task_of(std::string_view stream)
{
    while (stream.ends_with(']')) {
        stream.remove_suffix(1);
    }
    const auto before = stream.find_last_of("/[]");
    return std::string(stream.substr(before == std::string_view::npos ? 0 : before + 1).substr(0, short_id));
}

}  // namespace tinystacks::deployment
