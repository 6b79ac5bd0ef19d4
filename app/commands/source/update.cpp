#include "commands/payload.hpp"
#include "commands/source/change.hpp"
#include "commands/values.hpp"

#include "base/text.hpp"
#include "contract/contract.hpp"

#include <CLI/CLI.hpp>

namespace tinystacks::app::commands {
namespace {

struct Options : OwnerOptions {
    std::string name;
    std::string file;
    WatchFlags watch;
};

source::Source read(const Options& options, const Services& services)
{
    auto payload = read_payload(options.file, "source", services).root;
    if (payload.is_mapping()) {
        fill_in(payload, "name", options.name);
    }
    auto source = contract::read<source::Source>(payload);
    if (source.name != options.name) {
        throw Error(ErrorKind::conflict, "the file is about code source '{}', not '{}'", printable(source.name),
                    printable(options.name))
            .with_hint(corrected(services.options().line, options.name, source.name, "tinystacks source list"));
    }
    return source;
}

view::Report run(const Options& options, Context& context)
{
    const control::SourceRequest request{control::SourceRequest::Change::update, read(options, context.services),
                                         watch_of(options.watch, context.services)};
    auto& keeper = plane(options, context);
    ask_about(keeper, context, Thing::source, options.name,
              [&](control::Catalogue& catalogue) { (void)catalogue.source(options.name, {}); });
    announce_change(context, keeper, fmt::format("update code source {}", options.name));
    return carry_out_source_change(request, keeper, "updated", context);
}

}  // namespace

void declare_source_update(CLI::App& parent, const OnParsed& on_parsed)
{
    auto options = std::make_shared<Options>();
    auto* command = parent.add_subcommand("update", "Change a code source to what a file says, and check it anew.");
    declare_name(*command, options->name, Thing::source);
    command
        ->add_option("--file", options->file, "The code source as `source show --json` has it; - for standard input.")
        ->required()
        ->type_name("FILE")
        ->check(a_file());
    declare_group_option(*command, *options);
    declare_watch_flags(*command, options->watch, "its source check");
    command->callback(
        [options, on_parsed] { on_parsed([options](Context& context) { return run(*options, context); }); });
}

}  // namespace tinystacks::app::commands
