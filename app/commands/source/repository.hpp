#pragma once

#include "commands/commands.hpp"
#include "source/source.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tinystacks::app::commands {

/// A repository of infrastructure code, and what its code is written with where that can be seen.
struct CodeRepository {
    source::Repository repository;
    std::optional<source::InfrastructureCodeType> toolset;
};

/// Where repositories may be besides what anybody may name: the servers that are connected, or for which the
/// environment has a token.
[[nodiscard]] std::vector<std::string> connected_origins(const Services& services);

/// The repository that `text` names: a clone URL, or OWNER/NAME or NAME at a connected provider; when it is empty, the
/// origin of the one we stand in. A connected provider tells its default branch; else that is the branch we stand on.
/// Throws Error{not_found} when there is none, and Error{usage} when several are called so.
[[nodiscard]] CodeRepository find_code_repository(const std::string& text, Context& context);

}  // namespace tinystacks::app::commands
