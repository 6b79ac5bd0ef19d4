#include "base/file.hpp"
#include "buildspec/buildspec.hpp"
#include "commands/commands.hpp"
#include "commands/values.hpp"
#include "view/buildspec.hpp"

#include <CLI/CLI.hpp>

namespace tinystacks::app::commands {
namespace {

struct Options {
    std::string file;
    bool strict = false;
};

view::Report run(const Options& options, Services& services)
{
    const auto file = services.path(options.file);
    std::vector<Problem> problems;
    try {
        problems = buildspec::parse(read_file(file, buildspec::most_bytes), file.string()).problems;
    } catch (const Error& error) {
        if (error.problems().empty()) {
            throw;
        }
        problems.assign(error.problems().begin(), error.problems().end());
    }
    return view::problems_found(std::move(problems), {file.string()},
                                options.strict ? view::Strictness::strict : view::Strictness::standard);
}

}  // namespace

void declare_buildspec_check(CLI::App& parent, const OnParsed& on_parsed)
{
    auto options = std::make_shared<Options>();
    auto* command =
        parent.add_subcommand("check", "Say everything that is wrong or odd about a buildspec.")->group("Commands");
    command->add_option("file", options->file, "The buildspec.")->required()->type_name("FILE")->check(a_value());
    command->add_flag("--strict", options->strict, "Fail on warnings too: what AWS CodeBuild tolerates.");
    command->callback(
        [options, on_parsed] { on_parsed([options](Context& context) { return run(*options, context.services); }); });
}

}  // namespace tinystacks::app::commands
