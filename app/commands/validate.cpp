#include "commands/project.hpp"
#include "view/buildspec.hpp"

#include <CLI/CLI.hpp>

namespace tinystacks::app::commands {
namespace {

struct Options : ProjectOptions {
    bool strict = false;
};

view::Report run(const Options& options, const Services& services)
{
    auto found = pipeline::validate(services.directory(), project_file(options, services));
    return view::problems_found(std::move(found.problems), found.files,
                                options.strict ? view::Strictness::strict : view::Strictness::standard);
}

}  // namespace

void declare_validate(CLI::App& parent, const OnParsed& on_parsed)
{
    auto options = std::make_shared<Options>();
    auto* command =
        parent.add_subcommand("validate", "Check tinystacks.yml, build.yml and release.yml.")->group("Steps");
    declare_project_option(*command, *options);
    command->add_flag("--strict", options->strict, "Fail on warnings too.");
    command->callback(
        [options, on_parsed] { on_parsed([options](Context& context) { return run(*options, context.services); }); });
}

}  // namespace tinystacks::app::commands
