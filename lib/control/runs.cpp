#include "control/runs.hpp"

#include "control/detail/work_directory.hpp"

#include <algorithm>
#include <random>
#include <thread>

namespace tinystacks::control {
namespace {

Result perform(const Runs::Work& work, const pipeline::Run& run)
{
    try {
        return work(run);
    } catch (const Error& error) {
        return error;
    } catch (const Interrupted&) {
        return Stopped{};
    } catch (const std::exception& error) {
        return Error(ErrorKind::failed, "{}", error.what());
    }
}

}  // namespace

RunId new_run_id(Time now)
{
    auto text = to_rfc3339(now);  // 2026-11-25T16:17:30.250Z
    std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
    text[8] = '-';
    std::random_device random;
    return fmt::format("{}-{:06x}", text.substr(0, 15), random() & 0xFFFFFFU);
}

struct Runs::Run {
    Run(const std::filesystem::path& state, RunId run, Journal kind)
        : id(std::move(run)), directory(state / "work", id),
          journal_path(kind == Journal::kept ? state / "logs" / id : directory.path() / "journal"),
          journal(journal_path)
    {}

    RunId id;
    WorkDirectory directory;
    std::filesystem::path journal_path;
    log::Journal journal;
    std::stop_source gently;
    std::stop_source now;
    std::optional<Result> result;
    std::jthread thread;  ///< last: it uses all of the above
};

Runs::Runs(std::filesystem::path state) : state_(std::move(state)) {}

Runs::~Runs()
{
    for (auto& [id, run] : runs_) {
        run->now.request_stop();
        run->gently.request_stop();
    }
}

void Runs::start(const RunId& id, Journal journal, Work work, Conclude conclude)
{
    auto& run = *runs_.emplace(id, std::make_unique<Run>(state_, id, journal)).first->second;
    run.thread = std::jthread(
        [this, work = std::move(work), conclude = std::move(conclude), &run] { carry_out(work, conclude, run); });
}

void Runs::carry_out(const Work& work, const Conclude& conclude, Run& run)
{
    auto result = perform(
        work,
        {run.id, run.directory.path(), run.journal_path, run.journal, {run.gently.get_token(), run.now.get_token()}});
    if (conclude) {
        result = conclude(std::move(result));
    }
    {
        const std::lock_guard lock(mutex_);
        run.result = std::move(result);
    }
    try {
        run.journal.close();
    } catch (const Error&) {
        // follow() ends by the result then
    }
}

std::filesystem::path Runs::journal(const RunId& run) const
{
    const auto found = runs_.find(run);
    return found == runs_.end() ? state_ / "logs" / run : found->second->journal_path;
}

log::Page Runs::follow(const RunId& run, const log::Cursor& cursor, std::chrono::milliseconds wait)
{
    auto page = log::read_page(journal(run), cursor, wait);
    // A journal that could not be closed.
    page.ended = page.ended || (page.events.empty() && result(run).has_value());
    return page;
}

std::optional<Result> Runs::result(const RunId& run)
{
    const std::lock_guard lock(mutex_);
    const auto found = runs_.find(run);
    return found == runs_.end() ? std::nullopt : found->second->result;
}

void Runs::cancel(const RunId& run, Cancel how)
{
    const auto found = runs_.find(run);
    if (found == runs_.end()) {
        return;
    }
    if (how == Cancel::now) {
        found->second->now.request_stop();
    }
    found->second->gently.request_stop();
}

}  // namespace tinystacks::control
