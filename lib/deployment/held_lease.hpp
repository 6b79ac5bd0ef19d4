#pragma once

#include "deployment/ledger.hpp"

#include <string>
#include <thread>

namespace tinystacks::deployment {

/// A lease held, and renewed, until this goes out of scope. Throws Error{conflict}.
///
/// Whoever cannot renew it loses it; what is recorded afterwards is then refused by the ledger.
class HeldLease {
public:
    HeldLease(Ledger& ledger, const std::string& stack, const std::string& what, const std::string& run,
              Ledger::Rival rival = Ledger::Rival::respected);
    HeldLease(const HeldLease&) = delete;
    HeldLease& operator=(const HeldLease&) = delete;
    ~HeldLease();

private:
    Ledger& ledger_;
    Lease lease_;
    std::jthread renewal_;  ///< asleep but for a moment in each third of the lease's length
};

}  // namespace tinystacks::deployment
