#pragma once

#include "base/time.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace tinystacks::deployment {

/// One answer of AWS, as it was given: what a judge knows of the world. Also a line of a record (`deploy --record`).
struct Observation {
    Time at;                ///< when the answer came, by our clock
    std::string operation;  ///< DescribeServices, DescribeTasks, …; or an error's operation
    nlohmann::json reply;   ///< AWS's object; {"__type","message"} when it was refused
    bool operator==(const Observation&) const = default;
};

}  // namespace tinystacks::deployment
