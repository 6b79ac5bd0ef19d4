#include "store/store.hpp"

#include "base/error.hpp"
#include "store/detail/connection.hpp"
#include "store/detail/liveness.hpp"
#include "store/detail/tables.hpp"

#include <algorithm>
#include <ctime>

namespace tinystacks::store {
namespace {

using deployment::BuildRecord;
using deployment::Deployment;
using deployment::Lease;
using deployment::State;

/// When, as the clock on the wall shows it; with the date when that was not today.
std::string wall_time(Time time, Time now)
{
    const auto seconds = std::chrono::system_clock::to_time_t(time);
    std::tm parts = {};
    ::localtime_r(&seconds, &parts);
    char text[64];
    const auto* format = now - time < std::chrono::hours(12) ? "%H:%M:%S" : "%Y-%m-%d %H:%M:%S";
    return {text, std::strftime(text, sizeof text, format, &parts)};
}

Error conflict(const Lease& held, Time now)
{
    const auto by = fmt::format("by {}, since {}", held.owner, wall_time(held.taken_at, now));
    if (held.what == "build") {
        return Error(ErrorKind::conflict, "'{}' is being built {}", held.stack, by)
            .with_hint("tinystacks logs build --follow");
    }
    constexpr std::string_view stage_prefix = "stage/";
    if (held.what.starts_with(stage_prefix)) {
        const auto stage = held.what.substr(stage_prefix.size());
        return Error(ErrorKind::conflict, "'{}' is being deployed to stage '{}' {}", held.stack, stage, by)
            .with_hint(fmt::format("tinystacks logs deployment --stage {} --follow", stage));
    }
    return Error(ErrorKind::conflict, "'{}' of '{}' is held {}", held.what, held.stack, by)
        .with_hint("tinystacks status");
}

/// Whether what a run began may still go on. One that cannot be seen from here is believed while it holds a lease.
bool lives(SQLite::Database& database, const std::string& run, Time now)
{
    const auto process = tables::find_process(database, run);
    if (!process) {
        return false;
    }
    const auto life = life_of(*process);
    return life == Life::lives || (life == Life::unknown && tables::holds_lease(database, run, now));
}

/// Whether a lease stands in the way of `run`.
bool stands(SQLite::Database& database, const Lease& held, const std::string& run, Time now)
{
    if (held.run.empty() || held.run == run || held.expires_at <= now) {
        return false;
    }
    // A run that is not in this database works elsewhere, so only time can end its lease.
    return !tables::find_run(database, held.run) || lives(database, held.run, now);
}

bool is_over(const deployment::PhaseResult& phase)
{
    return phase.status == "SUCCEEDED" || phase.status == "FAILED" || phase.status == "SKIPPED" ||
           phase.status == "STOPPED" || phase.status == "TIMED_OUT";
}

std::string how_far(const std::vector<deployment::PhaseResult>& phases)
{
    if (phases.empty()) {
        return "before its first phase was over";
    }
    return fmt::format("{} {}", is_over(phases.back()) ? "after" : "in the middle of", phases.back().name);
}

void interrupt(Deployment& deployment, Time now)
{
    deployment.state = State::interrupted;
    auto& verdict = deployment.verdict;
    verdict.outcome = deployment::Outcome::uncertain;
    verdict.cause.clear();
    verdict.owner = deployment::Owner::undecided;
    verdict.sentence = "the process that ran it ended " + how_far(deployment.phases);
    verdict.hint = "tinystacks deploy";
    verdict.evidence.push_back({"tinystacks", now, fmt::format("the process of run {} is gone", deployment.run)});
    if (!deployment.phases.empty() && !is_over(deployment.phases.back())) {
        deployment.phases.back().status = "STOPPED";
    }
}

}  // namespace

struct Store::Database : Connection {
    using Connection::Connection;

    /// Marks those of `candidates` whose process is gone.
    void interrupt_dead(const std::vector<Deployment>& candidates, const Clock& clock);
};

void Store::Database::interrupt_dead(const std::vector<Deployment>& candidates, const Clock& clock)
{
    for (const auto& candidate : candidates) {
        const auto is_dead = [&](SQLite::Database& database) {
            return candidate.state == State::running && !lives(database, candidate.run, clock());
        };
        // Looked at first without the lock of a writer: the usual one lives.
        if (!read(is_dead)) {
            continue;
        }
        write([&](SQLite::Database& database) {
            // Its last act may have been to record how it ended.
            auto now = tables::find_deployment(database, candidate.id);
            if (now && now->state == State::running && is_dead(database)) {
                interrupt(*now, clock());
                tables::put_deployment(database, *now);
            }
        });
    }
}

Store::Store(const std::filesystem::path& directory, Clock clock)
    : database_(std::make_unique<Database>(directory, clock())), clock_(std::move(clock))
{}

Store::~Store() = default;

void Store::begin_run(const Run& run)
{
    const auto process = this_process();
    database_->write([&](SQLite::Database& database) { tables::insert_run(database, run, process); });
}

void Store::end_run(const std::string& id, const std::string& result)
{
    const bool found =
        database_->write([&](SQLite::Database& database) { return tables::end_run(database, id, result, clock_()); });
    if (!found) {
        throw Error(ErrorKind::not_found, "there is no run '{}'", id);
    }
}

std::optional<Run> Store::find_run(const std::string& id)
{
    return database_->read([&](SQLite::Database& database) { return tables::find_run(database, id); });
}

std::vector<Run> Store::runs(const std::string& stack, std::size_t limit)
{
    return database_->read([&](SQLite::Database& database) { return tables::runs(database, stack, limit); });
}

bool Store::is_alive(const std::string& run)
{
    return database_->read([&](SQLite::Database& database) { return lives(database, run, clock_()); });
}

Lease Store::take_lease(const std::string& stack, const std::string& what, const std::string& run,
                        std::chrono::milliseconds length)
{
    const auto owner = describe_this_process();
    return database_->write([&](SQLite::Database& database) {
        const auto now = clock_();
        const auto held = tables::find_lease(database, stack, what);
        if (held && stands(database, *held, run, now)) {
            throw conflict(*held, now);
        }
        Lease lease{stack, what, owner, run, 1, now, now + length};
        if (held) {
            const bool ours = held->run == run;
            lease.fence = ours ? held->fence : held->fence + 1;
            lease.taken_at = ours ? held->taken_at : now;
        }
        tables::put_lease(database, lease);
        return lease;
    });
}

void Store::release_lease(const Lease& lease)
{
    database_->write([&](SQLite::Database& database) { tables::free_lease(database, lease); });
}

std::optional<Lease> Store::find_lease(const std::string& stack, const std::string& what)
{
    return database_->read([&](SQLite::Database& database) {
        auto lease = tables::find_lease(database, stack, what);
        // Nobody's run is the empty one.
        return lease && stands(database, *lease, {}, clock_()) ? lease : std::nullopt;
    });
}

void Store::record_build(const BuildRecord& build)
{
    database_->write([&](SQLite::Database& database) { tables::insert_build(database, build); });
}

std::optional<BuildRecord> Store::find_build(const std::string& stack, const std::string& commit)
{
    return database_->read([&](SQLite::Database& database) { return tables::find_build(database, stack, commit); });
}

void Store::record(const Deployment& deployment)
{
    database_->write([&](SQLite::Database& database) { tables::put_deployment(database, deployment); });
}

std::optional<Deployment> Store::find(const std::string& id)
{
    const auto look = [&](SQLite::Database& database) { return tables::find_deployment(database, id); };
    auto found = database_->read(look);
    if (found && found->state == State::running) {
        database_->interrupt_dead({*found}, clock_);
        found = database_->read(look);
    }
    return found;
}

std::vector<Deployment> Store::history(const std::string& stack, const std::string& stage, std::size_t limit)
{
    database_->interrupt_dead(
        database_->read([&](SQLite::Database& database) { return tables::running(database, stack, stage); }), clock_);
    return database_->read([&](SQLite::Database& database) { return tables::history(database, stack, stage, limit); });
}

std::optional<Deployment> Store::find_current(const std::string& stack, const std::string& stage)
{
    database_->interrupt_dead(
        database_->read([&](SQLite::Database& database) { return tables::running(database, stack, stage); }), clock_);
    return database_->read([&](SQLite::Database& database) { return tables::find_current(database, stack, stage); });
}

}  // namespace tinystacks::store
