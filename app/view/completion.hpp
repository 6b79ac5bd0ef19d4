#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::app::view {

/// A command, what it takes, and the commands below it.
struct CommandTree {
    struct Flag {
        std::vector<std::string> names;  ///< with their dashes
        std::string description;
        bool takes_value = false;
        std::string things;  ///< whose names the value may be: sources or stacks
    };
    std::string name;
    std::string description;
    std::vector<std::string> words;  ///< that its argument may be
    std::string things;              ///< whose names it may be: sources or stacks
    std::vector<Flag> flags;
    std::vector<CommandTree> commands;
};

/// A script for `shell` (bash, zsh or fish) that completes the tree's commands, arguments and flags, and files
/// elsewhere.
[[nodiscard]] std::string completion_script(const CommandTree& root, std::string_view shell);

}  // namespace tinystacks::app::view
