#pragma once

#include "view/console.hpp"

#include <string>

namespace tinystacks::app::view {

/// Stretches of a stream in which GitHub Actions takes no commands: what programs and servers print.
/// Source: GitHub Docs, "Workflow commands for GitHub Actions", stop-commands.
class Fence {
public:
    /// Nothing is written unless `github`. `out` must outlive it.
    Fence(Console& out, bool github) : out_(out), github_(github) {}

    void begin();
    void end();

private:
    Console& out_;
    bool github_;
    std::string token_;  ///< that ends the stretch; empty when commands are taken
};

/// `text`, fenced when it has a line that GitHub Actions would carry out.
[[nodiscard]] std::string without_commands(std::string text);

}  // namespace tinystacks::app::view
