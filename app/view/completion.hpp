#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::app::view {

/// A command, what it takes, and the commands below it.
struct CommandTree {
    struct Flag {
        std::string name;
        std::string description;
    };
    std::string name;
    std::string description;
    std::vector<Flag> flags;
    std::vector<CommandTree> commands;
};

/// A script for `shell` (bash, zsh or fish) that completes the tree's commands and flags, and files elsewhere.
[[nodiscard]] std::string completion_script(const CommandTree& root, std::string_view shell);

}  // namespace tinystacks::app::view
