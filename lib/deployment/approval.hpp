#pragma once

#include "base/time.hpp"

#include <string>

namespace tinystacks::deployment {

enum class Decision { approved, rejected };

/// A person's word on one image for one stage; it holds for no other.
struct Approval {
    std::string stage;
    std::string deployment;  ///< the one that waited
    std::string commit;
    std::string digest;
    std::string by;         ///< an AWS caller's ARN, else "user@host"
    bool verified = false;  ///< AWS said who it is
    Decision decision = Decision::approved;
    std::string message;
    Time at;
    bool operator==(const Approval&) const = default;
};

}  // namespace tinystacks::deployment
