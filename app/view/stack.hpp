#pragma once

#include "control/control_plane.hpp"
#include "view/contract.hpp"
#include "view/report.hpp"
#include "view/table.hpp"

#include <string_view>

namespace tinystacks::app::view {

/// Collects stacks, each let go as soon as it is shown.
class StackList {
public:
    /// `as_json`: the result has them, not the text.
    explicit StackList(bool as_json);
    void add(const stack::Stack& stack);
    [[nodiscard]] Report report();

private:
    bool as_json_;
    Table table_;
    ObjectList objects_;
};

[[nodiscard]] Report stack_result(const stack::Stack& stack);
/// What a change of a stack came to; with the verdict's exit code when its deployment was watched.
[[nodiscard]] Report stack_result(const control::StackOutcome& outcome, const std::string& name,
                                  std::string_view doing);
/// A stage that was deployed, in the shape that every control plane's deployments have.
[[nodiscard]] deployment::Deployment attempt_of(const control::StackOutcome& outcome, const std::string& name,
                                                const std::string& stage, Time now);
[[nodiscard]] Report stage_result(const control::StackOutcome& outcome, const deployment::Deployment& attempt);
[[nodiscard]] Report user_stack_result(const stack::UserStack& stack);
[[nodiscard]] Report outputs_result(const std::vector<stack::Output>& outputs);
[[nodiscard]] Report resources_result(const std::vector<stack::Resource>& resources);
[[nodiscard]] Report events_result(const std::vector<stack::Event>& events);
[[nodiscard]] Report deployment_events_result(const std::vector<document::Node>& events);
[[nodiscard]] Report deployments_result(const std::vector<stack::Deployment>& deployments);

}  // namespace tinystacks::app::view
