#include "control/detail/request.hpp"

#include <concepts>

namespace tinystacks::control {

std::string_view kind_of(const Request& request)
{
    struct Kind {
        std::string_view operator()(const RunBuildspec&) const { return "buildspec"; }
        std::string_view operator()(const pipeline::BuildRequest&) const { return "build"; }
        std::string_view operator()(const pipeline::ReleaseRequest&) const { return "release"; }
        std::string_view operator()(const pipeline::DeployRequest&) const { return "deploy"; }
        std::string_view operator()(const pipeline::RollbackRequest&) const { return "rollback"; }
        std::string_view operator()(const pipeline::RefreshRequest&) const { return "refresh"; }
        std::string_view operator()(const pipeline::RuntimeLogRequest&) const { return "logs"; }
        std::string_view operator()(const pipeline::WatchRequest&) const { return "watch"; }
        std::string_view operator()(const SourceRequest&) const { return "source"; }
        std::string_view operator()(const StackRequest&) const { return "stack"; }
        std::string_view operator()(const LogRequest&) const { return "logs"; }
    };
    return std::visit(Kind{}, request);
}

const pipeline::Source* source_of(const Request& request)
{
    return std::visit(
        [](const auto& each) -> const pipeline::Source* {
            if constexpr (requires {
                              {
                                  each.source
                                  } -> std::same_as<const pipeline::Source&>;
                          }) {
                return &each.source;
            } else {
                return nullptr;
            }
        },
        request);
}

project::Project project_of(const Request& request)
{
    if (const auto* watch = std::get_if<pipeline::WatchRequest>(&request)) {
        return watch->project;
    }
    const auto* source = source_of(request);
    return source == nullptr ? project::Project() : pipeline::read_project(*source).project;
}

}  // namespace tinystacks::control
