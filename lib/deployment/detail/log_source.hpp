#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::deployment {

/// Where lines are in CloudWatch: streams of a log group.
struct LogSource {
    std::string group;
    std::string stream_prefix;  ///< empty: all streams
    std::string container;      ///< empty for a function
    std::string function;       ///< only streams named after it, in a group that functions share; empty: any
    bool operator==(const LogSource&) const = default;
};

struct LogSources {
    std::vector<LogSource> sources;
    std::vector<std::string> elsewhere;  ///< containers whose lines are not there: sentences for people
    bool several_tasks = false;          ///< more than one task runs
};

/// Adds those of a task definition's containers. Source: Amazon ECS Developer Guide, "Send Amazon ECS logs to
/// CloudWatch": a stream is called prefix/container/task id.
void add_container_sources(const nlohmann::json& task_definition, LogSources& found);

/// That of a Lambda function's configuration. Source: AWS Lambda Developer Guide, "Configuring CloudWatch log groups":
/// /aws/lambda/<function> unless LoggingConfig names another, whose streams are called date/function[version][id].
[[nodiscard]] LogSource function_source(const nlohmann::json& configuration);

/// Whether a stream belongs to the source.
[[nodiscard]] bool holds_stream(const LogSource& source, std::string_view stream);

/// What tells a stream's task, or a function's execution environment, from others: eight characters of its id.
[[nodiscard]] std::string task_of(std::string_view stream);

}  // namespace tinystacks::deployment
