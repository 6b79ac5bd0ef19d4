#include "view/buildspec.hpp"

#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace tinystacks::app::view {

Report problems_found(std::vector<Problem> problems, const std::vector<std::string>& files, Strictness strictness)
{
    Report report;
    const auto errors = std::ranges::count(problems, Severity::error, &Problem::severity);
    const auto warnings = std::ssize(problems) - errors;
    const bool bad = errors > 0 || (strictness == Strictness::strict && warnings > 0);
    report.exit_code = bad ? exit_code(ErrorKind::invalid_input) : 0;
    report.text = text(problems);
    std::string names;
    for (const auto& file : files) {
        names += (names.empty() ? "" : ", ") + printable(file);
    }
    report.text += fmt::format("{}: {} error{}, {} warning{}\n", names, errors, errors == 1 ? "" : "s", warnings,
                               warnings == 1 ? "" : "s");
    (*report.result)["files"] = files;
    (*report.result)["errors"] = errors;
    (*report.result)["warnings"] = warnings;
    report.problems = std::move(problems);
    return report;
}

}  // namespace tinystacks::app::view
