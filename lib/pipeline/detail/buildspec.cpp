#include "pipeline/detail/buildspec.hpp"

#include "base/file.hpp"
#include "pipeline/detail/rollout.hpp"
#include "pipeline/detail/upload.hpp"

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

/// Passes everything on and keeps the end of what the commands printed.
class KeepingSink final : public log::Sink {
public:
    KeepingSink(log::Sink& next, std::string* kept) : next_(next), kept_(kept) {}

    void write(const log::Event& event) override
    {
        if (const auto* lines = std::get_if<log::Lines>(&event.body);
            kept_ != nullptr && lines != nullptr && lines->source == log::Source::output) {
            constexpr std::size_t most = std::size_t{64} << 10;
            *kept_ += lines->text;
            if (kept_->size() > 2 * most) {
                kept_->erase(0, kept_->size() - most);
            }
        }
        next_.write(event);
    }

private:
    log::Sink& next_;
    std::string* kept_;
};

/// What colleagues and CI may want to read later goes to `bucket:`. That it could not is said, and changes no verdict.
void store(Workspace& workspace, const BuildspecRun& what, const std::filesystem::path& artifacts)
{
    const auto& project = workspace.project();
    const auto& run = workspace.run();
    if (project.bucket.empty() || what.channel == log::Channel::deployment) {
        return;
    }
    try {
        aws::Session session(aws_world(workspace.world()), {bucket_region(project, workspace.world().environment)});
        const Vault vault{session.s3, project.bucket,          project.stack,   run.id,
                          run.sink,   workspace.world().clock, run.interruption};
        const BuildspecPlace place{what.channel, what.stage};
        if (!run.journal.empty()) {
            store_log(vault, place, run.journal, run.work);
        }
        if (std::error_code none; !artifacts.empty() && std::filesystem::exists(artifacts, none)) {
            store_artifacts(vault, place, artifacts);
        }
    } catch (const Error& error) {
        workspace.note(Severity::warning, what.stage,
                       fmt::format("nothing was stored in bucket '{}': {}", project.bucket, error.message()));
    }
}

}  // namespace

std::string run_buildspec(Workspace& workspace, const BuildspecRun& what)
{
    buildspec::RunOptions options;
    const auto purpose = what.attempt == 1 ? fmt::format("{}-{}", to_string(what.channel), what.stage)
                                           : fmt::format("{}-{}-{}", to_string(what.channel), what.stage, what.attempt);
    options.directory = workspace.checkout("source-" + purpose);
    options.file = options.directory / what.file;
    options.name = what.file;
    options.work = workspace.run().work / purpose;
    create_private_directories(options.work);
    options.immutable = what.immutable;
    options.defaults = what.defaults;
    options.overrides = what.overrides;
    options.environment = what.environment.empty() ? workspace.environment() : what.environment;
    options.project = workspace.project().stack;
    options.source_url = workspace.remote_url();
    options.source_version = workspace.commit();
    options.channel = what.channel;
    if (!workspace.project().bucket.empty()) {
        options.artifacts = options.work / "artifacts";
    }
    options.stage = what.stage;
    KeepingSink keeping(workspace.run().sink, what.last_output);
    const auto result = buildspec::run(options, workspace.world().make_launcher, keeping, workspace.world().clock,
                                       workspace.run().interruption);
    if (result.status == buildspec::Status::stopped) {
        throw Interrupted();
    }
    store(workspace, what, options.artifacts.value_or(std::filesystem::path()));
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
