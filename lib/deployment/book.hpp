#pragma once

#include "deployment/entry.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tinystacks::deployment {

/// What the entries of a stack add up to. A pure fold: the same entries give the same book on every machine.
///
/// It is bounded: of a stage the newest 50 deployments (evidence of the newest 5) and the one it runs, 100 builds, 50
/// approvals.
struct Book {
    std::uint64_t number = 0;             ///< of the last entry; 0 for the empty book
    std::string last;                     ///< its id
    Time at;                              ///< its time
    std::map<std::string, Lease> leases;  ///< by what they are for
    std::vector<BuildRecord> builds;      ///< oldest first
    bool built_last = false;              ///< no deployment has begun since the last of them
    std::vector<Deployment> deployments;  ///< of all stages, in the order they began
    std::vector<Approval> approvals;      ///< oldest first
    std::vector<Variable> variables;      ///< in the order they were first set
    bool operator==(const Book&) const = default;
};

/// Whether the book is kept beside the entry of this number, so that reading can start there.
[[nodiscard]] constexpr bool starts_reading(std::uint64_t number)
{
    return number % 100 == 0;
}

/// Adds the entry that follows. What was written under a lease that another run took since changes nothing.
/// Throws Error{failed} when the entry does not follow the book's last one.
void apply(Book& book, const Entry& entry);

[[nodiscard]] std::optional<BuildRecord> find_build(const Book& book, const std::string& commit);
[[nodiscard]] std::optional<Deployment> find_deployment(const Book& book, const std::string& id);
/// The newest deployment of the stage that succeeded: what it runs.
[[nodiscard]] std::optional<Deployment> find_current(const Book& book, const std::string& stage);
/// The deployment of the stage that waits for an approval: there is one at most.
[[nodiscard]] std::optional<Deployment> find_waiting(const Book& book, const std::string& stage);
/// What the stage of `current` ran before that with another image: where a rollback leads.
[[nodiscard]] std::optional<Deployment> find_before(const Book& book, const Deployment& current);
/// Newest first, of every stage when `stage` is empty.
[[nodiscard]] std::vector<Deployment> history(const Book& book, const std::string& stage, std::size_t limit);
/// What was last said of this image for the stage.
[[nodiscard]] std::optional<Approval> find_approval(const Book& book, const std::string& stage,
                                                    const std::string& commit, const std::string& digest);

}  // namespace tinystacks::deployment
