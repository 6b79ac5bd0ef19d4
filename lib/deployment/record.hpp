#pragma once

#include "deployment/observation.hpp"

#include <filesystem>
#include <functional>
#include <string_view>
#include <vector>

/// What was observed of a rollout, kept in a file, so that a user's report becomes a test.
namespace tinystacks::deployment {

/// The most that is read of a record.
constexpr std::size_t most_record_bytes = std::size_t{64} << 20;

/// Appends each observation to `file` (made anew, 0600) as one line of JSON; an answer equal to the last one of the
/// same operation is told by its time alone. Account numbers become made-up ones, values of environment variables and
/// whatever names a secret become "***". Throws Error{failed}.
[[nodiscard]] std::function<void(const Observation&)> record_to(const std::filesystem::path& file);

/// The observations of a record. Throws Error{not_found} and Error{invalid_input} with the line.
[[nodiscard]] std::vector<Observation> read_record(const std::filesystem::path& file);

/// `reply` without account numbers and secrets.
[[nodiscard]] nlohmann::json scrubbed(const nlohmann::json& reply);

}  // namespace tinystacks::deployment
