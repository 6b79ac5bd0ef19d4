#include "commands/catalogue.hpp"
#include "commands/values.hpp"
#include "view/source.hpp"

#include <CLI/CLI.hpp>

namespace tinystacks::app::commands {
namespace {

struct Options : OwnerOptions {
    std::string name;
    std::string version;
};

view::Report run(const Options& options, Context& context)
{
    return ask_about(plane(options, context), context, Thing::source, options.name, [&](control::Catalogue& catalogue) {
        return view::source_result(catalogue.source(options.name, options.version));
    });
}

}  // namespace

void declare_source_show(CLI::App& parent, const OnParsed& on_parsed)
{
    auto options = std::make_shared<Options>();
    auto* command = parent.add_subcommand("show", "A code source, and how its last check went.");
    declare_name(*command, options->name, Thing::source);
    declare_group_option(*command, *options);
    command->add_option("--version", options->version, "As it was published under this version.")
        ->type_name("VERSION")
        ->check(a_value());
    command->callback(
        [options, on_parsed] { on_parsed([options](Context& context) { return run(*options, context); }); });
}

}  // namespace tinystacks::app::commands
