#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace tinystacks::buildspec {

/// The regular files that `pattern` names below `base`, as paths relative to `base`, in no order of importance.
///
/// `*`, `?` and `[…]` stay within one path component and match leading dots; `**` stands for any number of directories,
/// none included. Links are followed, but not into a directory that is being walked already. An absolute pattern is
/// matched from the root; its files keep their path relative to `base` with leading `..` dropped. A relative
/// pattern that holds `..` names nothing.
[[nodiscard]] std::set<std::string> glob_files(const std::filesystem::path& base, std::string_view pattern);

/// Where a file found under `relative` lies, given the base and the pattern it was found with.
struct Found {
    std::string relative;        ///< its path in the artifact
    std::filesystem::path path;  ///< the file itself
    auto operator<=>(const Found&) const = default;
};
/// What a directory is to the kernel, whatever path leads there.
using Identity = std::pair<dev_t, ino_t>;
/// Nothing in the directories `not_in` is found.
[[nodiscard]] std::vector<Found> find_files(const std::filesystem::path& base, std::string_view pattern,
                                            const std::vector<Identity>& not_in = {});

/// The directories `pattern` names: one directory, or a glob over the directories in one directory, such as the
/// top-level ones of `source`.
[[nodiscard]] std::vector<std::filesystem::path> glob_directories(const std::filesystem::path& source,
                                                                  std::string_view pattern);

/// Whether `path` (relative) matches an exclusion pattern. One that ends in `/**/*` matches what stands before it too.
[[nodiscard]] bool is_excluded(std::string_view path, std::string_view pattern);

}  // namespace tinystacks::buildspec
