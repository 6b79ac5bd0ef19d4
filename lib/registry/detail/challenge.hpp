#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::registry::detail {

/// How a server wants to be told who asks.
struct Challenge {
    std::string scheme;                         ///< lower case: "basic", "bearer"
    std::map<std::string, std::string> values;  ///< names in lower case
};

/// The challenges of a WWW-Authenticate header; what cannot be read ends the list. Source: RFC 9110, section 11.6.1.
[[nodiscard]] std::vector<Challenge> parse_challenges(std::string_view header);

}  // namespace tinystacks::registry::detail
