#include "deployment/ledger.hpp"

#include "base/crash_point.hpp"
#include "base/error.hpp"

#include <ctime>

namespace tinystacks::deployment {
namespace {

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

bool is_over(const PhaseResult& phase)
{
    return phase.status == "SUCCEEDED" || phase.status == "FAILED" || phase.status == "SKIPPED" ||
           phase.status == "STOPPED" || phase.status == "TIMED_OUT";
}

std::string how_far(const std::vector<PhaseResult>& phases)
{
    if (phases.empty()) {
        return "before its first phase was over";
    }
    return fmt::format("{} {}", is_over(phases.back()) ? "after" : "in the middle of", phases.back().name);
}

void interrupt(Deployment& deployment, Time seen_at)
{
    deployment.state = State::interrupted;
    auto& verdict = deployment.verdict;
    verdict.outcome = Outcome::uncertain;
    verdict.cause.clear();
    verdict.owner = Owner::undecided;
    verdict.sentence = "the process that ran it ended " + how_far(deployment.phases);
    // What a release has begun on AWS goes on there without us.
    const bool goes_on =
        deployment.target != "docker" && !deployment.phases.empty() && deployment.phases.back().name == "deployment";
    verdict.hint = goes_on ? "tinystacks status --watch" : "tinystacks deploy --resume";
    verdict.evidence.push_back({"tinystacks", seen_at, fmt::format("the process of run {} is gone", deployment.run)});
    if (!deployment.phases.empty() && !is_over(deployment.phases.back())) {
        deployment.phases.back().status = "STOPPED";
    }
}

}  // namespace

void Ledger::refresh(const std::string& stack, Known& known)
{
    auto reading = entries_.read(stack, known.book.number, known.book.last);
    if (reading.book) {
        known.book = std::move(*reading.book);
    } else if (!reading.entries.empty() && reading.entries.front().number == 1) {
        known.book = Book();
    }
    for (const auto& entry : reading.entries) {
        apply(known.book, entry);
    }
    known.asked = true;
}

const Book& Ledger::look(const std::string& stack)
{
    auto& known = known_[stack];
    refresh(stack, known);
    return known.book;
}

template <typename Decide>
void Ledger::commit(const std::string& stack, Look look, const Decide& decide)
{
    const std::lock_guard lock(mutex_);
    auto& known = known_[stack];
    for (bool fresh = false;; fresh = true) {
        // What is known may be old, but what is decided from it is only stored when nothing was added since.
        if (fresh || look == Look::fresh || !known.asked) {
            refresh(stack, known);
        }
        const std::optional<Act> act = decide(known.book);
        if (!act) {
            return;
        }
        const Entry entry{known.book.number + 1,   fmt::format("{}-{}", writer_.nonce, ++written_),
                          known.book.last,         writer_.name,
                          entries_.now().earliest, *act};
        auto sum = known.book;
        apply(sum, entry);
        if (entries_.append(stack, entry, sum) == Appended::yes) {
            known.book = std::move(sum);
            crash_point("an entry was added to the ledger");
            return;
        }
    }
}

/// Whether a lease stands in the way of `run`.
bool Ledger::stands(const Lease& lease, const std::string& run)
{
    if (lease.run.empty() || lease.run == run || lease.expires_at <= entries_.now().earliest) {
        return false;
    }
    return writer_.lives(lease.run).value_or(true);
}

Lease Ledger::take_lease(const std::string& stack, const std::string& what, const std::string& run, Rival rival)
{
    Lease lease;
    commit(stack, Look::fresh, [&](const Book& book) -> std::optional<Act> {
        const auto held = book.leases.find(what);
        const bool known = held != book.leases.end();
        if (known && rival == Rival::respected && stands(held->second, run)) {
            throw conflict(held->second, entries_.now().earliest);
        }
        const auto now = entries_.now().latest;
        lease = {stack, what, writer_.name, run, 1, now, now + entries_.lease_length()};
        if (known) {
            const bool ours = held->second.run == run;
            lease.fence = held->second.fence + (ours ? 0 : 1);
            lease.taken_at = ours ? held->second.taken_at : now;
        }
        return LeaseTaken{lease};
    });
    const std::lock_guard lock(mutex_);
    held_[{stack, what}] = lease;
    return lease;
}

bool Ledger::renew_lease(const Lease& lease)
{
    bool ours = false;
    commit(lease.stack, Look::known, [&](const Book& book) -> std::optional<Act> {
        const auto held = book.leases.find(lease.what);
        ours = held != book.leases.end() && held->second.fence == lease.fence && held->second.run == lease.run;
        if (!ours) {
            return std::nullopt;
        }
        auto renewed = held->second;
        renewed.expires_at = entries_.now().latest + entries_.lease_length();
        return LeaseTaken{std::move(renewed)};
    });
    return ours;
}

void Ledger::release_lease(const Lease& lease)
{
    commit(lease.stack, Look::known, [&](const Book& book) -> std::optional<Act> {
        held_.erase({lease.stack, lease.what});
        const auto held = book.leases.find(lease.what);
        const bool ours =
            held != book.leases.end() && held->second.fence == lease.fence && held->second.run == lease.run;
        return ours ? std::optional<Act>(LeaseGivenBack{lease.what, lease.fence}) : std::nullopt;
    });
}

std::optional<Lease> Ledger::find_lease(const std::string& stack, const std::string& what)
{
    const std::lock_guard lock(mutex_);
    const auto& book = look(stack);
    const auto held = book.leases.find(what);
    // Nobody's run is the empty one.
    return held != book.leases.end() && stands(held->second, {}) ? std::optional(held->second) : std::nullopt;
}

/// The fence to write under; 0 when this writer took no lease for it.
std::uint64_t Ledger::fence_of(const Book& book, const std::string& stack, const std::string& what,
                               const std::string& run) const
{
    const auto held = held_.find({stack, what});
    if (held == held_.end() || held->second.run != run) {
        return 0;
    }
    const auto now = book.leases.find(what);
    if (now == book.leases.end() || now->second.fence != held->second.fence || now->second.run != run) {
        throw Error(ErrorKind::conflict, "the lease '{}' of '{}' was lost to {}", what, stack,
                    now == book.leases.end() ? "nobody" : now->second.owner)
            .with_hint("tinystacks status");
    }
    return held->second.fence;
}

void Ledger::record_build(const BuildRecord& build)
{
    commit(build.stack, Look::known, [&](const Book& book) -> std::optional<Act> {
        return Built{build, fence_of(book, build.stack, "build", build.run)};
    });
}

std::optional<BuildRecord> Ledger::find_build(const std::string& stack, const std::string& commit)
{
    const std::lock_guard lock(mutex_);
    return deployment::find_build(look(stack), commit);
}

void Ledger::record(const Deployment& deployment)
{
    commit(deployment.stack, Look::known, [&](const Book& book) -> std::optional<Act> {
        return Recorded{deployment, fence_of(book, deployment.stack, lease_of_stage(deployment.stage), deployment.run)};
    });
}

Deployment Ledger::as_seen(const Book& book, Deployment deployment)
{
    if (deployment.state != State::running) {
        return deployment;
    }
    const auto lease = book.leases.find(lease_of_stage(deployment.stage));
    const bool holds = lease != book.leases.end() && lease->second.run == deployment.run &&
                       lease->second.expires_at > entries_.now().earliest;
    if (!writer_.lives(deployment.run).value_or(holds)) {
        interrupt(deployment, book.at);
    }
    return deployment;
}

std::optional<Deployment> Ledger::find(const std::string& stack, const std::string& id)
{
    const std::lock_guard lock(mutex_);
    const auto& book = look(stack);
    auto found = find_deployment(book, id);
    return found ? std::optional(as_seen(book, std::move(*found))) : std::nullopt;
}

std::vector<Deployment> Ledger::history(const std::string& stack, const std::string& stage, std::size_t limit)
{
    const std::lock_guard lock(mutex_);
    const auto& book = look(stack);
    auto found = deployment::history(book, stage, limit);
    for (auto& each : found) {
        each = as_seen(book, std::move(each));
    }
    return found;
}

std::optional<Deployment> Ledger::find_current(const std::string& stack, const std::string& stage)
{
    const std::lock_guard lock(mutex_);
    return deployment::find_current(look(stack), stage);
}

void Ledger::record(const std::string& stack, const Approval& approval)
{
    commit(stack, Look::known, [&](const Book&) -> std::optional<Act> { return Decided{approval}; });
}

std::optional<Approval> Ledger::find_approval(const std::string& stack, const std::string& stage,
                                              const std::string& commit, const std::string& digest)
{
    const std::lock_guard lock(mutex_);
    return deployment::find_approval(look(stack), stage, commit, digest);
}

void Ledger::set_variable(const std::string& stack, const Variable& variable)
{
    commit(stack, Look::known, [&](const Book&) -> std::optional<Act> { return VariableSet{variable}; });
}

std::vector<Variable> Ledger::variables(const std::string& stack)
{
    const std::lock_guard lock(mutex_);
    return look(stack).variables;
}

Book Ledger::read(const std::string& stack)
{
    const std::lock_guard lock(mutex_);
    auto book = look(stack);
    for (auto& each : book.deployments) {
        each = as_seen(book, std::move(each));
    }
    return book;
}

}  // namespace tinystacks::deployment
