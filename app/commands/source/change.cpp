#include "commands/source/change.hpp"

#include "view/source.hpp"
#include "watch.hpp"

namespace tinystacks::app::commands {

view::Report carry_out_source_change(const control::SourceRequest& request, control::ControlPlane& plane,
                                     std::string_view done, Context& context)
{
    auto progress = context.services.make_progress(view::Progress::Style::steps, context.out, context.err);
    return report_of<control::SourceOutcome>(
        carry_out(request, plane, progress, context.err),
        [&](const control::SourceOutcome& outcome) { return view::source_result(outcome, done); });
}

}  // namespace tinystacks::app::commands
