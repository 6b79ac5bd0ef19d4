#pragma once

#include "base/time.hpp"
#include "deployment/deployment.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::deployment {

/// What a build made: the digest of a commit's image.
struct BuildRecord {
    std::string stack;
    std::string commit;
    std::string digest;  ///< empty until the build has ended well
    std::string run;
    Time built_at;
    bool operator==(const BuildRecord&) const = default;
};

/// The right to do one thing at a time: build a stack (`build`), deploy a stage (`stage/<name>`).
struct Lease {
    std::string stack;
    std::string what;
    std::string owner;  ///< "user@host, pid 123": for messages
    std::string run;
    std::uint64_t fence = 0;  ///< grows with every new holder
    Time taken_at;
    Time expires_at;
    bool operator==(const Lease&) const = default;
};

/// What everybody must agree on (docs/architecture.md).
class Ledger {
public:
    virtual ~Ledger() = default;

    /// Takes the lease for `run`, for `length` from now; renewing one's own is the same call.
    /// Throws Error{conflict} naming the owner and since when, while another run's lease has not expired and its
    /// process, if it was one of this machine, still lives.
    virtual Lease take_lease(const std::string& stack, const std::string& what, const std::string& run,
                             std::chrono::milliseconds length) = 0;
    virtual void release_lease(const Lease& lease) = 0;

    virtual void record_build(const BuildRecord& build) = 0;
    /// The last build of this commit.
    [[nodiscard]] virtual std::optional<BuildRecord> find_build(const std::string& stack,
                                                                const std::string& commit) = 0;

    /// Stores a deployment as it is now, replacing what is stored of it. Durable when this returns.
    virtual void record(const Deployment& deployment) = 0;
    [[nodiscard]] virtual std::optional<Deployment> find(const std::string& id) = 0;
    /// Newest first, at most `limit`. A running one whose process died is returned as interrupted, and stored so.
    [[nodiscard]] virtual std::vector<Deployment> history(const std::string& stack, const std::string& stage,
                                                          std::size_t limit) = 0;
    /// The newest deployment of the stage that succeeded: what it runs.
    [[nodiscard]] virtual std::optional<Deployment> find_current(const std::string& stack,
                                                                 const std::string& stage) = 0;
};

}  // namespace tinystacks::deployment
