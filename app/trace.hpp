#pragma once

#include "http/transport.hpp"
#include "process/launcher.hpp"

#include <memory>

namespace tinystacks::app {

/// A launcher that writes each child's arguments to standard error first. Arguments hold no secrets.
[[nodiscard]] std::unique_ptr<process::Launcher> trace(std::unique_ptr<process::Launcher> launcher);
/// A transport that writes each request's method and URL, without its query.
[[nodiscard]] std::unique_ptr<http::Transport> trace(std::unique_ptr<http::Transport> transport);

}  // namespace tinystacks::app
