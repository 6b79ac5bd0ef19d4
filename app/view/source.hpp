#pragma once

#include "control/control_plane.hpp"
#include "view/contract.hpp"
#include "view/report.hpp"
#include "view/table.hpp"

namespace tinystacks::app::view {

/// Collects code sources, each let go as soon as it is shown.
class SourceList {
public:
    /// `as_json`: the result has them, not the text.
    explicit SourceList(bool as_json);
    void add(const source::Source& source);
    [[nodiscard]] Report report();

private:
    bool as_json_;
    Table table_;
    ObjectList objects_;
};

[[nodiscard]] Report source_result(const source::Source& source);
/// What a change of a source came to; with the verdict's exit code when its check was watched.
[[nodiscard]] Report source_result(const control::SourceOutcome& outcome, std::string_view doing);
[[nodiscard]] Report versions_result(const std::vector<source::Version>& versions);
[[nodiscard]] Report uses_result(const std::vector<source::Use>& uses);
/// Under "parameters" an object by name: that member of `whole`, the contract's object.
[[nodiscard]] Report parameters_result(const std::vector<parameter::Definition>& parameters,
                                       const document::Node& whole);

}  // namespace tinystacks::app::view
