#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <string>

namespace tinystacks::deployment {

/// The right to do one thing at a time: build a stack (`build`), deploy a stage (`stage/<name>`), go on there as soon
/// as there is an approval (`approval/<name>`).
struct Lease {
    std::string stack;
    std::string what;
    std::string owner;        ///< "user@host, pid 123": for messages
    std::string run;          ///< empty when it was given back: the lease stays in the book, for its fence
    std::uint64_t fence = 0;  ///< grows with every new holder, and stands in every entry written under the lease
    Time taken_at;
    Time expires_at;
    bool operator==(const Lease&) const = default;
};

[[nodiscard]] inline std::string lease_of_stage(const std::string& stage)
{
    return "stage/" + stage;
}
[[nodiscard]] inline std::string lease_of_approval(const std::string& stage)
{
    return "approval/" + stage;
}

}  // namespace tinystacks::deployment
