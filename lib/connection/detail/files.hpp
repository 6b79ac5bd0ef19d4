#pragma once

#include "base/file.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>

namespace tinystacks::connection::detail {

/// The JSON object in a file of ours; an empty object when there is no file. Throws Error{failed} for a file that is a
/// link, another user's, or open to others, and Error{invalid_input} for one that holds something else. Source:
/// security requirement CR-01.
[[nodiscard]] nlohmann::json read_private(const std::filesystem::path& file);
/// Replaces it, mode 0600, in a folder that is brought to mode 0700.
void write_private(const std::filesystem::path& file, const nlohmann::json& object);

/// Held from construction to destruction: no other process holds the same file meanwhile.
class Lock {
public:
    explicit Lock(const std::filesystem::path& file);

private:
    Descriptor file_;
};

}  // namespace tinystacks::connection::detail
