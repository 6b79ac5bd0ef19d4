#include "view/github.hpp"

#include "base/file.hpp"
#include "base/text.hpp"

#include <fcntl.h>

namespace tinystacks::app::view {
namespace {

std::string escaped(std::string_view text, std::string_view also)
{
    std::string escaped;
    for (const char c : text) {
        if (c == '%' || c == '\r' || c == '\n' || also.find(c) != std::string_view::npos) {
            escaped += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        } else {
            escaped += c;
        }
    }
    return escaped;
}

std::string command(std::string_view name, const Position& where, std::string_view message)
{
    std::string place;
    if (!where.file.empty()) {
        place = fmt::format(" file={}", escaped(where.file, ":,"));
        if (where.line != 0) {
            place += fmt::format(",line={}", where.line);
        }
        if (where.column != 0) {
            place += fmt::format(",col={}", where.column);
        }
    }
    return fmt::format("::{}{}::{}\n", name, place, escaped(printable(message), ""));
}

void append(const std::map<std::string, std::string>& environment, const std::string& variable, const std::string& text)
{
    const auto path = environment.find(variable);
    if (path != environment.end() && !path->second.empty()) {
        const auto file = open_file(path->second, O_WRONLY | O_APPEND | O_CREAT, 0644);
        write_all(file.number(), text, path->second);
    }
}

/// A cell of a Markdown table.
std::string cell(std::string_view text)
{
    std::string cell;
    for (const char c : printable(text)) {
        cell += c == '|' ? "\\|" : c == '\n' ? " " : std::string(1, c);
    }
    return cell;
}

}  // namespace

std::string annotations(const std::vector<Problem>& problems)
{
    std::string text;
    for (const auto& problem : problems) {
        text += command(problem.severity == Severity::error ? "error" : "warning", problem.where, problem.message);
    }
    return text;
}

std::string annotation(const Error& error)
{
    return command("error", error.where(), error.message());
}

void write_github_files(const pipeline::DeployOutcome& outcome, const std::map<std::string, std::string>& environment)
{
    std::string summary = "| stage | outcome | commit | digest | url | why |\n|---|---|---|---|---|---|\n";
    const auto row = [&](const deployment::Deployment& each, std::string_view result, std::string_view why) {
        summary += fmt::format("| {} | {} | {} | {} | {} | {} |\n", each.stage, result, each.commit.substr(0, 12),
                               each.digest, each.url, cell(why));
    };
    deployment::Deployment last;  // what the outputs tell: the last stage tried, else the last left alone
    for (const auto& each : outcome.unchanged) {
        row(each, "unchanged", "");
        last = each;
    }
    for (const auto& each : outcome.deployments) {
        row(each, to_string(each.verdict.outcome), each.verdict.sentence);
        last = each;
    }
    if (outcome.build && !outcome.build->image) {
        summary += fmt::format("| | build failed | | | | {} |\n", cell(outcome.build->failure));
        last.verdict.outcome = deployment::Outcome::failed;
    }
    append(environment, "GITHUB_OUTPUT",
           fmt::format("deployment_id={}\ndigest={}\nurl={}\nverdict={}\n", last.id, last.digest, last.url,
                       to_string(last.verdict.outcome)));
    append(environment, "GITHUB_STEP_SUMMARY", summary + "\n");
}

void write_github_files(const pipeline::BuildOutcome& outcome, const std::map<std::string, std::string>& environment)
{
    append(environment, "GITHUB_OUTPUT", fmt::format("digest={}\n", outcome.image ? outcome.image->digest : ""));
}

}  // namespace tinystacks::app::view
