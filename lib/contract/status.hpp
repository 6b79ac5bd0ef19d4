#pragma once

#include "base/time.hpp"
#include "deployment/deployment.hpp"
#include "document/node.hpp"

#include <optional>
#include <string_view>

namespace tinystacks::contract {

/// How something ended whose status is `word`; empty for a word we do not know, and for one that is no end. The
/// contract does not say which words there are. Source: the words of AWS CodeBuild (`BuildStatus`), AWS CloudFormation
/// (`StackStatus`) and AWS CodePipeline, which published servers pass on; case and the sign between words do not
/// matter.
[[nodiscard]] std::optional<deployment::Outcome> find_outcome(std::string_view word);

/// A time of the contract, which has them as texts (RFC 3339) and as numbers (seconds or milliseconds since 1970);
/// empty for anything else.
[[nodiscard]] std::optional<Time> find_time(const document::Node& node);
[[nodiscard]] std::optional<Time> find_time(const std::optional<document::Node>& node);

}  // namespace tinystacks::contract
