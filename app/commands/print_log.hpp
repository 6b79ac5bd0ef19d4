#pragma once

#include "commands/commands.hpp"
#include "control/control_plane.hpp"
#include "view/log.hpp"

#include <string>
#include <string_view>

namespace tinystacks::app::commands {

/// Throws Error{usage} for --json with --follow: one document can only be printed at the end, which a log that is
/// followed may never reach. `instead`: the command that prints lines as they come.
void refuse_document_that_follows(const Services& services, bool follow, const std::string& instead);

/// What --json says of a log that was printed.
[[nodiscard]] view::Report report_of_log(const control::LogPlace& place);

/// Carries out a request that prints a log: the lines of `channel` and `stage` go to `printer`.
[[nodiscard]] view::Report print_log(const control::Request& request, control::ControlPlane& plane,
                                     log::Channel channel, const std::string& stage, view::LogPrinter& printer,
                                     Context& context);

}  // namespace tinystacks::app::commands
