#include "deployment/book.hpp"

#include "base/error.hpp"

#include <algorithm>

namespace tinystacks::deployment {
namespace {

constexpr std::size_t most_deployments = 50;
constexpr std::size_t most_with_evidence = 5;
constexpr std::size_t most_builds = 100;
constexpr std::size_t most_approvals = 50;

template <typename Rows>
void drop_oldest(Rows& rows, std::size_t most)
{
    if (rows.size() > most) {
        rows.erase(rows.begin(), rows.end() - static_cast<std::ptrdiff_t>(most));
    }
}

bool is_good(const Deployment& deployment)
{
    return deployment.state == State::ended && deployment.verdict.outcome == Outcome::succeeded;
}

/// Forgets the oldest of a stage, but never what it runs.
void shorten(std::vector<Deployment>& deployments, const std::string& stage)
{
    std::vector<std::size_t> of_stage;  // newest first
    for (auto i = deployments.size(); i-- > 0;) {
        if (deployments[i].stage == stage) {
            of_stage.push_back(i);
        }
    }
    if (of_stage.size() > most_with_evidence) {
        deployments[of_stage[most_with_evidence]].verdict.evidence.clear();
    }
    if (of_stage.size() > most_deployments) {
        const auto current = std::ranges::find_if(of_stage, [&](auto i) { return is_good(deployments[i]); });
        const bool runs = current == of_stage.end() - 1;
        deployments.erase(deployments.begin() +
                          static_cast<std::ptrdiff_t>(of_stage[most_deployments - (runs ? 1 : 0)]));
    }
}

/// What waits for an approval gets none.
void end(Deployment& waiting, Outcome outcome, std::string sentence, Time at)
{
    waiting.state = State::ended;
    waiting.ended_at = at;
    waiting.verdict = {};
    waiting.verdict.outcome = outcome;
    waiting.verdict.owner = Owner::operator_;
    waiting.verdict.sentence = std::move(sentence);
    waiting.verdict.hint = "tinystacks status";
    waiting.verdict.certain_at = at;
}

std::string refusal_of(const Approval& approval)
{
    return fmt::format("rejected by {}{}{}", approval.by, approval.message.empty() ? "" : ": ", approval.message);
}

/// Whether the lease went to another holder after `fence` was given out.
bool is_stale(const Book& book, const std::string& what, std::uint64_t fence)
{
    const auto lease = book.leases.find(what);
    return fence != 0 && lease != book.leases.end() && lease->second.fence > fence;
}

struct Adding {
    Book& book;

    void operator()(const LeaseTaken& taken) const { book.leases[taken.lease.what] = taken.lease; }

    void operator()(const LeaseGivenBack& given) const
    {
        const auto lease = book.leases.find(given.what);
        if (lease != book.leases.end() && lease->second.fence == given.fence) {
            lease->second.run.clear();
        }
    }

    void operator()(const Built& built) const
    {
        if (!is_stale(book, "build", built.fence)) {
            book.builds.push_back(built.build);
            book.built_last = true;
            drop_oldest(book.builds, most_builds);
        }
    }

    void operator()(const Recorded& recorded) const
    {
        const auto& deployment = recorded.deployment;
        if (is_stale(book, lease_of_stage(deployment.stage), recorded.fence)) {
            return;
        }
        auto& all = book.deployments;
        const auto known = std::ranges::find(all, deployment.id, &Deployment::id);
        if (known != all.end()) {
            *known = deployment;
            return;
        }
        if (deployment.means == Means::rollback) {
            // Who goes back takes back what was said of the stage.
            std::erase_if(book.approvals, [&](const Approval& approval) { return approval.stage == deployment.stage; });
        }
        for (auto& each : all) {
            if (each.stage == deployment.stage && each.state == State::waiting) {
                end(each, Outcome::superseded,
                    fmt::format("superseded by deployment {} while it waited for an approval", deployment.id),
                    deployment.started_at);
            }
        }
        all.push_back(deployment);
        book.built_last = false;
        shorten(all, deployment.stage);
    }

    void operator()(const Decided& decided) const
    {
        const auto& approval = decided.approval;
        book.approvals.push_back(approval);
        drop_oldest(book.approvals, most_approvals);
        for (auto& each : book.deployments) {
            if (approval.decision == Decision::rejected && each.state == State::waiting &&
                each.stage == approval.stage && each.commit == approval.commit && each.digest == approval.digest) {
                end(each, Outcome::stopped, refusal_of(approval), approval.at);
            }
        }
    }

    void operator()(const VariableSet& set) const
    {
        const auto& variable = set.variable;
        const auto known = std::ranges::find_if(book.variables, [&](const Variable& each) {
            return each.stage == variable.stage && each.name == variable.name && each.use == variable.use;
        });
        const bool removed = !variable.value;
        if (known != book.variables.end() && removed) {
            book.variables.erase(known);
        } else if (known != book.variables.end()) {
            *known = variable;
        } else if (!removed) {
            book.variables.push_back(variable);
        }
    }
};

}  // namespace

void apply(Book& book, const Entry& entry)
{
    if (entry.number != book.number + 1 || entry.previous != book.last) {
        throw Error(ErrorKind::failed, "entry {} of the ledger does not follow entry {}", entry.number, book.number);
    }
    std::visit(Adding{book}, entry.act);
    book.number = entry.number;
    book.last = entry.id;
    book.at = entry.at;
}

std::optional<BuildRecord> find_build(const Book& book, const std::string& commit)
{
    const auto found = std::find_if(book.builds.rbegin(), book.builds.rend(),
                                    [&](const BuildRecord& build) { return build.commit == commit; });
    return found == book.builds.rend() ? std::nullopt : std::optional(*found);
}

std::optional<Deployment> find_deployment(const Book& book, const std::string& id)
{
    const auto found = std::ranges::find(book.deployments, id, &Deployment::id);
    return found == book.deployments.end() ? std::nullopt : std::optional(*found);
}

std::optional<Deployment> find_current(const Book& book, const std::string& stage)
{
    const auto& all = book.deployments;
    const auto found = std::find_if(all.rbegin(), all.rend(),
                                    [&](const Deployment& each) { return each.stage == stage && is_good(each); });
    return found == all.rend() ? std::nullopt : std::optional(*found);
}

std::optional<Deployment> find_waiting(const Book& book, const std::string& stage)
{
    const auto found = std::ranges::find_if(
        book.deployments, [&](const Deployment& each) { return each.stage == stage && each.state == State::waiting; });
    return found == book.deployments.end() ? std::nullopt : std::optional(*found);
}

std::optional<Deployment> find_before(const Book& book, const Deployment& current)
{
    // What a rollback brought back is as old as it was.
    const auto& from = current.rollback_of.empty() ? current.id : current.rollback_of;
    const auto& all = book.deployments;
    auto each = std::find_if(all.rbegin(), all.rend(), [&](const Deployment& one) { return one.id == from; });
    each = std::find_if(each, all.rend(), [&](const Deployment& one) {
        return one.stage == current.stage && is_good(one) && one.means == Means::release &&
               one.digest != current.digest;
    });
    return each == all.rend() ? std::nullopt : std::optional(*each);
}

std::vector<Deployment> history(const Book& book, const std::string& stage, std::size_t limit)
{
    std::vector<Deployment> found;
    for (auto each = book.deployments.rbegin(); each != book.deployments.rend() && found.size() < limit; ++each) {
        if (stage.empty() || each->stage == stage) {
            found.push_back(*each);
        }
    }
    return found;
}

std::optional<Approval> find_approval(const Book& book, const std::string& stage, const std::string& commit,
                                      const std::string& digest)
{
    const auto found = std::find_if(book.approvals.rbegin(), book.approvals.rend(), [&](const Approval& approval) {
        return approval.stage == stage && approval.commit == commit && approval.digest == digest;
    });
    return found == book.approvals.rend() ? std::nullopt : std::optional(*found);
}

}  // namespace tinystacks::deployment
