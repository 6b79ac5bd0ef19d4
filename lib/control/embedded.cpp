#include "control/embedded.hpp"

#include "control/detail/bucket_ledger.hpp"
#include "control/detail/request.hpp"
#include "control/detail/summary.hpp"
#include "control/detail/work_directory.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace tinystacks::control {
namespace {

Error no_catalogue()
{
    return Error(ErrorKind::unavailable, "the embedded control plane of this version keeps no code sources and stacks: "
                                         "a TinyStacks API does")
        .with_hint("tinystacks connect api https://api.tinystacks.com --default");
}

/// Whether a run's build said anything: one whose image was there already did not. What it says comes first.
bool has_build_log(const std::filesystem::path& journal)
{
    const auto page = log::read_page(journal, {}, std::chrono::milliseconds(0));
    return std::ranges::any_of(page.events, [](const log::Event& event) {
        const auto* lines = std::get_if<log::Lines>(&event.body);
        return lines != nullptr && lines->channel == log::Channel::build;
    });
}

}  // namespace

Embedded::Embedded(Parts parts) : parts_(std::move(parts)), runs_(parts_.state) {}
Embedded::~Embedded() = default;

store::Store& Embedded::store()
{
    const std::lock_guard lock(mutex_);
    if (!store_) {
        store_ = std::make_unique<store::Store>(parts_.state, parts_.clock);
        ledger_ = std::make_unique<deployment::Ledger>(*store_, store_->writer());
    }
    return *store_;
}

deployment::Ledger& Embedded::ledger(const project::Project& project)
{
    auto& kept = store();
    if (project.bucket.empty()) {
        return *ledger_;
    }
    const std::lock_guard lock(mutex_);
    auto& shared = bucket_ledgers_[project.bucket];
    if (!shared) {
        shared = std::make_unique<BucketLedger>(
            BucketLedger::World{parts_.make_transport(), parts_.environment, parts_.clock, parts_.make_launcher},
            pipeline::bucket_region(project, parts_.environment), project.bucket, kept.writer());
    }
    return shared->ledger();
}

pipeline::World Embedded::world(http::Transport& transport, const project::Project& project)
{
    return {parts_.make_launcher,
            parts_.environment,
            transport,
            ledger(project),
            parts_.clock,
            [this](const RunId& run) { return runs_.journal(run); },
            [this](process::Launcher& launcher) { return local_registry(launcher); }};
}

Catalogue& Embedded::catalogue(const Interruption& /*interruption*/)
{
    throw no_catalogue();
}

std::optional<Error> Embedded::refuses(const Request& request) const
{
    if (std::holds_alternative<SourceRequest>(request) || std::holds_alternative<StackRequest>(request) ||
        std::holds_alternative<LogRequest>(request)) {
        return no_catalogue();
    }
    const auto* source = source_of(request);
    if (source == nullptr || std::holds_alternative<pipeline::BuildRequest>(request)) {
        return std::nullopt;
    }
    const auto project = pipeline::read_project(*source).project;
    if (std::holds_alternative<pipeline::RollbackRequest>(request)) {
        return pipeline::find_ledger_refusal(project, "a rollback", parts_.environment);
    }
    if (std::holds_alternative<pipeline::RefreshRequest>(request)) {
        return pipeline::find_ledger_refusal(project, "setting variables", parts_.environment);
    }
    const auto* deploy = std::get_if<pipeline::DeployRequest>(&request);
    const auto& only = deploy != nullptr ? deploy->stage : std::get<pipeline::ReleaseRequest>(request).stage;
    for (const auto& stage : project.stages) {
        if (!only.empty() && stage.name.str() != only) {
            continue;
        }
        if (auto refusal = pipeline::find_refusal(stage)) {
            return refusal;
        }
        if (stage.approval == stage::Approval::required) {
            if (auto refusal = pipeline::find_ledger_refusal(project, "an approval", parts_.environment)) {
                return refusal;
            }
        }
    }
    return std::nullopt;
}

RunId Embedded::start(const Request& request)
{
    sweep(parts_.state / "work");
    const auto* source = source_of(request);
    const auto id = new_run_id(parts_.clock());
    if (source != nullptr) {
        const auto project = pipeline::read_project(*source).project;
        store::Run run;
        run.id = id;
        run.kind = kind_of(request);
        run.stack = project.stack;
        run.request = nlohmann::json{{"commit", source->commit}}.dump();
        run.started_at = parts_.clock();
        store().begin_run(run);
    }
    const auto work = [this, request](const pipeline::Run& run) { return perform(request, run); };
    if (source == nullptr) {
        runs_.start(id, Runs::Journal::passing, work);
    } else {
        runs_.start(id, Runs::Journal::kept, work, [this, id](Result result) { return record(id, std::move(result)); });
    }
    return id;
}

Result Embedded::record(const RunId& run, Result result)
{
    try {
        store().end_run(run, summary(result));
        return result;
    } catch (const Error& error) {
        // What was deployed is deployed; that nobody could write it down is the result.
        return error.while_doing("record the result");
    }
}

Result Embedded::perform(const Request& request, const pipeline::Run& run)
{
    if (const auto* buildspec = std::get_if<RunBuildspec>(&request)) {
        auto options = buildspec->options;
        options.work = run.work;
        return buildspec::run(options, parts_.make_launcher, run.sink, parts_.clock, run.interruption);
    }
    const auto transport = parts_.make_transport();
    auto around = world(*transport, project_of(request));
    if (const auto* build = std::get_if<pipeline::BuildRequest>(&request)) {
        return pipeline::build(*build, around, run);
    }
    if (const auto* release = std::get_if<pipeline::ReleaseRequest>(&request)) {
        return pipeline::release(*release, around, run);
    }
    if (const auto* deploy = std::get_if<pipeline::DeployRequest>(&request)) {
        return pipeline::deploy(*deploy, around, run);
    }
    if (const auto* rollback = std::get_if<pipeline::RollbackRequest>(&request)) {
        return pipeline::rollback(*rollback, around, run);
    }
    if (const auto* refresh = std::get_if<pipeline::RefreshRequest>(&request)) {
        return pipeline::refresh(*refresh, around, run);
    }
    if (const auto* watch = std::get_if<pipeline::WatchRequest>(&request)) {
        return pipeline::watch(*watch, around, run);
    }
    pipeline::show_runtime_log(std::get<pipeline::RuntimeLogRequest>(request), around, run);
    return Over{};
}

log::Page Embedded::follow(const RunId& run, const log::Cursor& cursor, std::chrono::milliseconds wait)
{
    auto page = runs_.follow(run, cursor, wait);
    if (page.events.empty() && !page.ended && !runs_.has(run)) {
        page.ended = !store().is_alive(run);  // its process has died
    }
    return page;
}

std::optional<Result> Embedded::result(const RunId& run)
{
    return runs_.result(run);
}

void Embedded::cancel(const RunId& run, Cancel how)
{
    runs_.cancel(run, how);
}

std::vector<pipeline::StageStatus> Embedded::status(const project::Project& project)
{
    const auto transport = parts_.make_transport();
    auto around = world(*transport, project);
    return pipeline::status(project, around);
}

std::optional<LogPlace> Embedded::find_log(const project::Project& project, log::Channel channel,
                                           const std::string& stage)
{
    if (channel == log::Channel::build) {
        constexpr std::size_t most_runs = 50;
        for (const auto& run : store().runs(project.stack, most_runs)) {
            if (has_build_log(parts_.state / "logs" / run.id)) {
                return LogPlace{run.id, channel, {}};
            }
        }
        return std::nullopt;
    }
    constexpr std::size_t most = 50;
    const auto history = ledger(project).history(project.stack, stage, most);
    // A rollback and a change of variables have no release.
    const auto found = std::ranges::find_if(history, [&](const deployment::Deployment& each) {
        return channel != log::Channel::release || each.means == deployment::Means::release;
    });
    if (found == history.end()) {
        return std::nullopt;
    }
    const auto& last = *found;
    if (channel != log::Channel::runtime && !std::filesystem::exists(runs_.journal(last.run))) {
        throw Error(ErrorKind::not_found, "deployment {} ran on another machine, and its log is there", last.id)
            .with_hint(fmt::format("aws s3 cp s3://{}/tinystacks/{}/logs/{}/release-{}.log -", project.bucket,
                                   project.stack, last.run, last.stage));
    }
    return LogPlace{last.run, channel, last.stage};
}

std::optional<LogPlace> Embedded::find_failure(const std::string& stack)
{
    const auto last = store().runs(stack, 1);
    const auto kept = last.empty() ? nlohmann::json() : nlohmann::json::parse(last.front().result, nullptr, false);
    if (!kept.is_object() || !kept.contains("failure") || !kept["failure"].is_object()) {
        return std::nullopt;
    }
    const auto channel = log::find_channel(kept["failure"].value("channel", ""));
    return channel ? std::optional(LogPlace{last.front().id, *channel, kept["failure"].value("stage", "")})
                   : std::nullopt;
}

pipeline::ApprovalOutcome Embedded::approve(const pipeline::ApprovalRequest& request)
{
    if (const auto refusal = pipeline::find_ledger_refusal(request.project, "an approval", parts_.environment)) {
        throw *refusal;
    }
    const auto transport = parts_.make_transport();
    auto around = world(*transport, request.project);
    return pipeline::approve(request, around);
}

std::vector<deployment::Variable> Embedded::variables(const project::Project& project)
{
    return ledger(project).variables(project.stack);
}

void Embedded::set_variables(const project::Project& project, const std::vector<deployment::Variable>& variables)
{
    if (const auto refusal = pipeline::find_ledger_refusal(project, "setting variables", parts_.environment)) {
        throw *refusal;
    }
    for (const auto& each : variables) {
        ledger(project).set_variable(project.stack, each);
    }
}

std::vector<std::string> Embedded::remove_containers(const project::Project& project, const std::string& stage)
{
    const auto transport = parts_.make_transport();
    auto around = world(*transport, project);
    // A run of its own, so that its leases are known to be alive.
    store::Run run;
    run.id = new_run_id(parts_.clock());
    run.kind = "down";
    run.stack = project.stack;
    run.request = nlohmann::json{{"stage", stage}}.dump();
    run.started_at = parts_.clock();
    store().begin_run(run);
    try {
        auto removed = pipeline::remove_containers(project, stage, around, run.id);
        store().end_run(run.id, summary(Over{}));
        return removed;
    } catch (const Error& error) {
        store().end_run(run.id, summary(error));
        throw;
    }
}

std::string Embedded::registry()
{
    const auto launcher = parts_.make_launcher();
    auto local = local_registry(*launcher);
    const auto status = local.status();
    return status.running
               ? fmt::format("{}, {}", local.host(), status.container ? "in a container" : status.data.string())
               : std::string();
}

void Embedded::stop_registry()
{
    const auto launcher = parts_.make_launcher();
    local_registry(*launcher).stop();
}

registry::Local Embedded::local_registry(process::Launcher& launcher) const
{
    return {launcher, parts_.environment, parts_.state / "registry", parts_.registry_port};
}

}  // namespace tinystacks::control
