#pragma once

#include "base/time.hpp"
#include "deployment/ledger.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tinystacks::store {

/// One command's work: what was asked, by whom, and how it ended.
struct Run {
    std::string id;
    std::string kind;  ///< build, release, deploy
    std::string stack;
    std::string request;  ///< JSON
    Time started_at;
    std::optional<Time> ended_at;
    std::string result;  ///< JSON, empty until the end
};

/// state.db: everything kept between runs on this machine, and the entries of a ledger that nobody shares.
///
/// SQLite with rollback journal and synchronous=EXTRA, BEGIN IMMEDIATE, one connection behind one mutex, schema
/// versions from the first day; a newer schema is refused untouched. Directories 0700, file 0600
/// (docs/architecture.md).
class Store : public deployment::Entries {
public:
    /// Opens or creates `directory`/state.db. `clock` gives the time of leases and records.
    /// Throws Error{failed}: cannot be opened, not a database, newer than this program, on a network file system.
    Store(const std::filesystem::path& directory, Clock clock);
    ~Store() override;

    /// Commits that a run starts, in this process (pid, start time and boot id are kept to tell later whether it
    /// lives).
    void begin_run(const Run& run);
    /// Throws Error{not_found}.
    void end_run(const std::string& id, const std::string& result);
    [[nodiscard]] std::optional<Run> find_run(const std::string& id);
    /// The runs of a stack (of any stack when empty), newest first, at most `limit`.
    [[nodiscard]] std::vector<Run> runs(const std::string& stack, std::size_t limit);
    /// Whether the process that began the run still works on it. One in another process namespace (a container) cannot
    /// be seen; it is believed to until its end is recorded.
    [[nodiscard]] bool is_alive(const std::string& run);

    /// Who this process is to a ledger, wherever its entries are: runs of this machine are known to live or not.
    [[nodiscard]] deployment::Ledger::Writer writer();

    [[nodiscard]] Reading read(const std::string& stack, std::uint64_t after, const std::string& last) override;
    deployment::Appended append(const std::string& stack, const deployment::Entry& entry,
                                const deployment::Book& sum) override;
    [[nodiscard]] deployment::Instant now() override { return {clock_(), clock_()}; }
    /// As long as the longest build AWS CodeBuild allows: a process of this machine that dies frees its lease at once.
    [[nodiscard]] std::chrono::milliseconds lease_length() const override { return std::chrono::hours(36); }

private:
    struct Database;
    std::unique_ptr<Database> database_;
    Clock clock_;
};

}  // namespace tinystacks::store
