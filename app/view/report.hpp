#pragma once

#include "base/error.hpp"

#include <nlohmann/json_fwd.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tinystacks::app::view {

/// What a command has to say when it is done, for people and for programs.
struct Report {
    Report();
    Report(const Report&);
    Report(Report&&) noexcept;
    Report& operator=(Report);
    ~Report();

    int exit_code = 0;
    std::string text;                        ///< for stdout, whole lines
    std::unique_ptr<nlohmann::json> result;  ///< an object: the command's part of the --json document
    /// More members of it, as JSON text: what a control plane's own objects are, whose numbers stay as they were
    /// written.
    std::vector<std::pair<std::string, std::string>> objects;
    std::vector<Problem> problems;
    std::vector<std::string> notes;  ///< for stderr: hints and what comes next, whole lines without their end
    std::string failure;             ///< why a verdict is not good, in one sentence; for an annotation
    std::optional<Error> error;      ///< why the command could not do its work
};

/// The one document that --json prints: schema_version, exit_code, the result's members, problems, error. As the last
/// line of --events it has a `type`, "result", too.
[[nodiscard]] std::string document(const Report& report, const Error* error, bool as_event);

/// An error as people read it: what, why, where, and `try:`.
[[nodiscard]] std::string text(const Error& error);
/// One problem a line, with `try:` where there is one.
[[nodiscard]] std::string text(const std::vector<Problem>& problems);

}  // namespace tinystacks::app::view
