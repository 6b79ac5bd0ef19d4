#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::buildspec {

/// One line of what a shell's `export -p` prints.
struct Exported {
    std::string name;
    std::optional<std::string> value;  ///< empty for a variable that is marked for export and has none
    std::string_view written;          ///< its whole text, line end included
};

/// Reads what `export -p` prints in bash (`declare -x A="b"`, in POSIX mode `export A="b"`, with `$'…'` where a value
/// holds control characters), dash and busybox (`export A='b'`). What is none of these is left out.
/// The variables refer to `text`.
[[nodiscard]] std::vector<Exported> parse_state(std::string_view text);

/// Whether `name` belongs to bash, which lets nobody assign it: in POSIX mode trying to ends the shell.
[[nodiscard]] bool belongs_to_shell(std::string_view name);

}  // namespace tinystacks::buildspec
