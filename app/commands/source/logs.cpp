#include "commands/catalogue.hpp"
#include "commands/print_log.hpp"

#include <CLI/CLI.hpp>

namespace tinystacks::app::commands {
namespace {

struct Options : OwnerOptions {
    std::string name;
    bool follow = false;
};

view::Report run(const Options& options, Context& context)
{
    refuse_document_that_follows(context.services, options.follow, "tinystacks source logs NAME --follow --events");
    auto& keeper = plane(options, context);
    const control::LogRequest request{options.name, {}, {}, options.follow};
    ask_about(keeper, context, Thing::source, options.name,
              [&](control::Catalogue& catalogue) { (void)catalogue.source(options.name, {}); });
    view::LogPrinter printer({}, context.services, context.out, context.err);
    return print_log(request, keeper, log::Channel::build, {}, printer, context);
}

}  // namespace

void declare_source_logs(CLI::App& parent, const OnParsed& on_parsed)
{
    auto options = std::make_shared<Options>();
    auto* command = parent.add_subcommand("logs", "The log of a code source's last check.");
    declare_name(*command, options->name, Thing::source);
    declare_group_option(*command, *options);
    command->add_flag("-f,--follow", options->follow, "Go on as it grows, until the check has ended.");
    command->callback(
        [options, on_parsed] { on_parsed([options](Context& context) { return run(*options, context); }); });
}

}  // namespace tinystacks::app::commands
