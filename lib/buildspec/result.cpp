#include "base/text.hpp"
#include "buildspec/run.hpp"

namespace tinystacks::buildspec {

std::vector<Variable> parse_env_file(std::string_view text, const std::string& file)
{
    std::vector<Variable> variables;
    std::size_t number = 0;
    for (auto line : split(text, '\n')) {
        ++number;
        if (line.ends_with('\r')) {
            line.remove_suffix(1);
        }
        if (trim(line).empty() || trim(line).starts_with('#')) {
            continue;
        }
        const auto equals = line.find('=');
        const auto name = trim(line.substr(0, equals));
        if (equals == std::string_view::npos || !is_variable_name(name)) {
            throw Error(ErrorKind::invalid_input, "this line is not NAME=VALUE").at({file, number, 1});
        }
        variables.emplace_back(name, line.substr(equals + 1));
    }
    return variables;
}

std::string_view to_string(Status status)
{
    switch (status) {
    case Status::succeeded:
        return "SUCCEEDED";
    case Status::failed:
        return "FAILED";
    case Status::timed_out:
        return "TIMED_OUT";
    case Status::stopped:
        return "STOPPED";
    }
    return "FAILED";
}

std::string_view to_string(PhaseStatus status)
{
    switch (status) {
    case PhaseStatus::skipped:
        return "SKIPPED";
    case PhaseStatus::succeeded:
        return "SUCCEEDED";
    case PhaseStatus::failed:
        return "FAILED";
    case PhaseStatus::timed_out:
        return "TIMED_OUT";
    case PhaseStatus::stopped:
        return "STOPPED";
    }
    return "SKIPPED";
}

int exit_code(const Result& result)
{
    if (result.status == Status::stopped) {
        return 130;
    }
    if (result.error) {
        return exit_code(result.error->kind());
    }
    return result.status == Status::succeeded ? 0 : 10;
}

}  // namespace tinystacks::buildspec
