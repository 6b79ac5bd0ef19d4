#include "aws/region.hpp"

#include "aws/detail/environment.hpp"
#include "aws/profile.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace tinystacks::aws {
namespace {

Region checked(Region region)
{
    if (!is_region(region.name)) {
        throw Error(ErrorKind::usage, "{} is '{}', which is no name of a region", region.from, printable(region.name))
            .with_hint("write one like us-east-1 or eu-central-1");
    }
    return region;
}

}  // namespace

bool is_region(std::string_view text)
{
    const auto is_word = [](std::string_view word) {
        return !word.empty() && std::ranges::all_of(word, [](char c) { return c >= 'a' && c <= 'z'; });
    };
    const auto is_number = [](std::string_view word) {
        return (word.size() == 1 || word.size() == 2) &&
               std::ranges::all_of(word, [](char c) { return c >= '0' && c <= '9'; });
    };
    const auto words = split(text, '-');
    return text.size() <= 32 && words.size() >= 3 && words.front().size() >= 2 && words.front().size() <= 4 &&
           is_number(words.back()) && std::all_of(words.begin(), words.end() - 1, is_word);
}

std::optional<Region> find_region(const std::string& flag, const std::map<std::string, std::string>& environment)
{
    if (!flag.empty()) {
        return checked({flag, "--region"});
    }
    for (const auto* variable : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
        if (auto name = detail::value_of(environment, variable); !name.empty()) {
            return checked({std::move(name), variable});
        }
    }
    const auto profiles = load_profiles(environment);
    if (auto name = profiles.find("region"); name && !name->empty()) {
        return checked({std::move(*name), fmt::format("profile '{}'", printable(profiles.chosen))});
    }
    return std::nullopt;
}

Region choose_region(const std::string& flag, const std::map<std::string, std::string>& environment)
{
    auto region = find_region(flag, environment);
    if (!region) {
        throw Error(ErrorKind::usage,
                    "no region is given: not by --region, AWS_REGION, AWS_DEFAULT_REGION or a profile")
            .with_hint("export AWS_REGION=us-east-1");
    }
    return std::move(*region);
}

}  // namespace tinystacks::aws
