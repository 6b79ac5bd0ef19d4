#pragma once

#include "base/time.hpp"
#include "deployment/approval.hpp"
#include "deployment/deployment.hpp"
#include "deployment/lease.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace tinystacks::deployment {

/// What a build made: the digest of a commit's image.
struct BuildRecord {
    std::string stack;
    std::string commit;
    std::string digest;  ///< empty until the build has ended well
    std::string run;
    Time built_at;
    bool deploys = false;  ///< its run goes on to the stages
    bool operator==(const BuildRecord&) const = default;
};

/// A variable that somebody set, which beats the project file's.
struct Variable {
    enum class Use { build, runtime };
    /// What the value is: itself, or where AWS keeps it.
    enum class Kind { plain, parameter, secret };

    std::string stage;  ///< empty: of every stage
    std::string name;
    Use use = Use::runtime;
    Kind kind = Kind::plain;
    /// Empty when the variable was removed. Of a secret: its ARN or name, never what it holds.
    std::optional<std::string> value;
    bool operator==(const Variable&) const = default;
};

// --- what an entry may say: a closed list

/// A lease was taken or renewed.
struct LeaseTaken {
    Lease lease;
    bool operator==(const LeaseTaken&) const = default;
};
struct LeaseGivenBack {
    std::string what;
    std::uint64_t fence = 0;
    bool operator==(const LeaseGivenBack&) const = default;
};
struct Built {
    BuildRecord build;
    std::uint64_t fence = 0;  ///< of the lease `build`; 0 when it was written without one
    bool operator==(const Built&) const = default;
};
/// A deployment as it is now.
struct Recorded {
    Deployment deployment;
    std::uint64_t fence = 0;  ///< of the stage's lease; 0 when it was written without one
    bool operator==(const Recorded&) const = default;
};
struct Decided {
    Approval approval;
    bool operator==(const Decided&) const = default;
};
struct VariableSet {
    Variable variable;
    bool operator==(const VariableSet&) const = default;
};

using Act = std::variant<LeaseTaken, LeaseGivenBack, Built, Recorded, Decided, VariableSet>;

/// One line of a stack's ledger: never changed, only followed.
struct Entry {
    std::uint64_t number = 0;  ///< 1 is the first
    std::string id;            ///< by which its writer knows it again
    std::string previous;      ///< the id of the entry before it; empty for the first
    std::string writer;        ///< "user@host, pid 123"
    Time at;
    Act act;
    bool operator==(const Entry&) const = default;
};

}  // namespace tinystacks::deployment
