#include "pipeline/detail/buildspec.hpp"

#include "base/file.hpp"

#include <string_view>

namespace tinystacks::pipeline {

namespace {

/// The message of a failed phase on one line: a block of commands is told by its first line.
std::string one_line(const std::string& message)
{
    constexpr std::string_view reason = ". Reason: ";
    const auto first = message.find('\n');
    const auto last = message.rfind(reason);
    if (first == std::string::npos || last == std::string::npos || last < first) {
        return message.substr(0, first);
    }
    return message.substr(0, first) + " ..." + message.substr(last);
}

}  // namespace

std::string run_buildspec(Workspace& workspace, const BuildspecRun& what)
{
    buildspec::RunOptions options;
    const auto purpose = fmt::format("{}-{}", to_string(what.channel), what.stage);
    options.directory = workspace.checkout("source-" + purpose);
    options.file = options.directory / what.file;
    options.name = what.file;
    options.work = workspace.run().work / purpose;
    create_private_directories(options.work);
    options.immutable = what.immutable;
    options.defaults = what.defaults;
    options.overrides = what.overrides;
    options.environment = workspace.environment();
    options.project = workspace.project().stack;
    options.source_url = workspace.remote_url();
    options.source_version = workspace.commit();
    options.channel = what.channel;
    options.stage = what.stage;
    const auto result = buildspec::run(options, workspace.world().make_launcher, workspace.run().sink,
                                       workspace.world().clock, workspace.run().interruption);
    if (result.status == buildspec::Status::stopped) {
        throw Interrupted();
    }
    if (result.error) {
        throw *result.error;
    }
    if (result.status == buildspec::Status::succeeded) {
        return {};
    }
    for (const auto& phase : result.phases) {
        if (phase.status == buildspec::PhaseStatus::failed || phase.status == buildspec::PhaseStatus::timed_out) {
            return fmt::format("{}: {}: {}", what.file, phase.name, one_line(phase.message));
        }
    }
    return fmt::format("{} failed", what.file);
}

}  // namespace tinystacks::pipeline
