#include "commands/print_log.hpp"

#include "correction.hpp"
#include "view/progress.hpp"
#include "watch.hpp"

#include <nlohmann/json.hpp>

namespace tinystacks::app::commands {
namespace {

/// What is said about a log beside it: that nothing was printed, which container's lines are elsewhere.
void show_remark(const log::Event& event, Context& context)
{
    if (std::holds_alternative<log::Note>(event.body) && !context.services.options().quiet) {
        context.err.write(view::describe(event) + "\n");
    }
}

}  // namespace

void refuse_document_that_follows(const Services& services, bool follow, const std::string& instead)
{
    const auto& global = services.options();
    if (global.json && follow) {
        throw Error(ErrorKind::usage, "--json and --follow exclude each other: --events prints lines as they come")
            .with_hint(corrected(global.line, "--json", "--events", instead));
    }
}

view::Report report_of_log(const control::LogPlace& place)
{
    view::Report report;
    (*report.result)["run"] = place.run;
    (*report.result)["channel"] = to_string(place.channel);
    (*report.result)["stage"] = place.stage.empty() ? nlohmann::json(nullptr) : nlohmann::json(place.stage);
    return report;
}

view::Report print_log(const control::Request& request, control::ControlPlane& plane, log::Channel channel,
                       const std::string& stage, view::LogPrinter& printer, Context& context)
{
    if (const auto refusal = plane.refuses(request)) {
        throw Error(*refusal);
    }
    Interrupts interrupts;
    const auto run = plane.start(request);
    interrupts.watch(plane, run, context.err);
    const control::LogPlace place{run, channel, stage};
    log::Cursor cursor;
    while (true) {
        const auto page = plane.follow(run, cursor, std::chrono::seconds(1));
        for (const auto& event : page.events) {
            printer.show(event, place);
            show_remark(event, context);
        }
        if (printer.closed()) {
            plane.cancel(run, control::Cancel::now);
        }
        if (page.ended) {
            break;
        }
        cursor = page.next;
    }
    printer.finish();
    const auto result = plane.result(run).value();
    if (printer.closed()) {
        return report_of_log(place);
    }
    return report_of<control::Over>({result, interrupts.exit_code()},
                                    [&](const control::Over&) { return report_of_log(place); });
}

}  // namespace tinystacks::app::commands
