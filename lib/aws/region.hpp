#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace tinystacks::aws {

/// Whether `text` can be a region's name, which becomes part of host names: words of lower-case letters and a number
/// at the end, joined by hyphens ("eu-central-1", "us-gov-west-1"). Source: security requirement AW-09.
[[nodiscard]] bool is_region(std::string_view text);

struct Region {
    std::string name;
    std::string from;  ///< for messages: "--region", "AWS_REGION", "profile 'shop'"
};

/// The region outside of a stage: `flag` (empty: not given), AWS_REGION, AWS_DEFAULT_REGION, the profile's; never one
/// of our choice. Throws Error{usage} for what can be none, and as load_profiles().
[[nodiscard]] std::optional<Region> find_region(const std::string& flag,
                                                const std::map<std::string, std::string>& environment);

/// The same. Throws Error{usage} when there is none.
[[nodiscard]] Region choose_region(const std::string& flag, const std::map<std::string, std::string>& environment);

}  // namespace tinystacks::aws
