#pragma once

#include "base/time.hpp"
#include "deployment/book.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace tinystacks::deployment {

/// The time where the entries are kept, as far as it is known here: no machine's clock is asked about another's lease.
struct Instant {
    Time earliest;
    Time latest;
};

enum class Appended { yes, taken };

/// Where the entries of a ledger are: a database of this machine, or a bucket that machines share.
class Entries {
public:
    struct Reading {
        std::optional<Book> book;  ///< instead of the entries before it
        std::vector<Entry> entries;
    };

    virtual ~Entries() = default;
    /// What follows the entry `after`, in order; `last` is the id of that entry, and when it has another one by now (a
    /// ledger that somebody removed and began again), everything from the first.
    [[nodiscard]] virtual Reading read(const std::string& stack, std::uint64_t after, const std::string& last) = 0;
    /// Adds the entry durably, unless another one has its number: of two writers exactly one succeeds. `sum` is the
    /// book with the entry in it, to be kept beside it where reading is to start.
    virtual Appended append(const std::string& stack, const Entry& entry, const Book& sum) = 0;
    [[nodiscard]] virtual Instant now() = 0;
    /// How long a lease is taken for; a holder that lives renews it.
    [[nodiscard]] virtual std::chrono::milliseconds lease_length() const = 0;
};

/// What everybody must agree on (docs/architecture.md): leases, builds, deployments, approvals and variables of each
/// stack, wherever its entries are. May be used by several threads.
class Ledger {
public:
    /// Who writes, and how others can tell whether it still lives.
    struct Writer {
        std::string name;   ///< "user@host, pid 123"
        std::string nonce;  ///< no other writer has it
        /// Whether a run works on; empty for one that cannot be seen from here: then time tells.
        std::function<std::optional<bool>(const std::string& run)> lives;
    };

    Ledger(Entries& entries, Writer writer) : entries_(entries), writer_(std::move(writer)) {}

    /// Who writes: "user@host, pid 123".
    [[nodiscard]] const std::string& writer() const { return writer_.name; }

    enum class Rival {
        respected,
        superseded,  ///< loses the lease, and learns it when it renews it
    };
    /// Takes the lease for `run`, also when that holds it already.
    /// Throws Error{conflict} naming the owner and since when, while the lease of another run that is respected has not
    /// expired and its process, if it was one of this machine, still lives.
    Lease take_lease(const std::string& stack, const std::string& what, const std::string& run,
                     Rival rival = Rival::respected);
    /// Holds it for another length. False when it was lost to another run in between.
    bool renew_lease(const Lease& lease);
    /// Nothing happens when it was lost.
    void release_lease(const Lease& lease);
    /// Who holds a lease at this moment, if anybody.
    [[nodiscard]] std::optional<Lease> find_lease(const std::string& stack, const std::string& what);
    [[nodiscard]] std::chrono::milliseconds lease_length() const { return entries_.lease_length(); }

    /// Durable when it returns, as are all that follow. What is written under a lease that was lost meanwhile is
    /// refused: throws Error{conflict}.
    void record_build(const BuildRecord& build);
    /// The last build of this commit.
    [[nodiscard]] std::optional<BuildRecord> find_build(const std::string& stack, const std::string& commit);

    /// Stores a deployment as it is now, replacing what is stored of it.
    void record(const Deployment& deployment);
    [[nodiscard]] std::optional<Deployment> find(const std::string& stack, const std::string& id);
    /// Newest first, at most `limit`; of every stage when `stage` is empty. A running one whose process died, or whose
    /// lease has expired, is told as interrupted.
    [[nodiscard]] std::vector<Deployment> history(const std::string& stack, const std::string& stage,
                                                  std::size_t limit);
    /// The newest deployment of the stage that succeeded: what it runs.
    [[nodiscard]] std::optional<Deployment> find_current(const std::string& stack, const std::string& stage);

    void record(const std::string& stack, const Approval& approval);
    [[nodiscard]] std::optional<Approval> find_approval(const std::string& stack, const std::string& stage,
                                                        const std::string& commit, const std::string& digest);

    /// Sets or, without a value, removes a variable.
    void set_variable(const std::string& stack, const Variable& variable);
    [[nodiscard]] std::vector<Variable> variables(const std::string& stack);

    /// Everything at once, for who asks about many stages; interrupted deployments are told as such.
    [[nodiscard]] Book read(const std::string& stack);

private:
    struct Known {
        Book book;
        bool asked = false;  ///< whether the entries were read at all
    };
    enum class Look { fresh, known };

    /// Appends what `decide` says of the book, again when somebody was faster. Nothing when it says nothing.
    template <typename Decide>
    void commit(const std::string& stack, Look look, const Decide& decide);
    void refresh(const std::string& stack, Known& known);
    [[nodiscard]] const Book& look(const std::string& stack);
    [[nodiscard]] bool stands(const Lease& lease, const std::string& run);
    [[nodiscard]] Deployment as_seen(const Book& book, Deployment deployment);
    [[nodiscard]] std::uint64_t fence_of(const Book& book, const std::string& stack, const std::string& what,
                                         const std::string& run) const;

    Entries& entries_;
    Writer writer_;
    std::mutex mutex_;
    std::map<std::string, Known> known_;                         ///< by stack
    std::map<std::pair<std::string, std::string>, Lease> held_;  ///< by stack and what
    std::uint64_t written_ = 0;
};

}  // namespace tinystacks::deployment
