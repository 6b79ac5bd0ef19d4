#include "commands/commands.hpp"
#include "commands/values.hpp"
#include "view/deployment.hpp"

#include "deployment/record.hpp"
#include "deployment/rollout.hpp"

#include <CLI/CLI.hpp>

namespace tinystacks::app::commands {
namespace {

struct Options {
    std::string file;
};

view::Report run(const Options& options, Context& context)
{
    const auto observations = deployment::read_record(context.services.path(options.file));
    if (observations.empty()) {
        throw Error(ErrorKind::invalid_input, "the record '{}' is empty", options.file);
    }
    return view::replay_result(deployment::judge(observations, observations.back().at), observations.size());
}

}  // namespace

void declare_replay(CLI::App& parent, const OnParsed& on_parsed)
{
    auto options = std::make_shared<Options>();
    auto* command =
        parent.add_subcommand("replay", "Judge a recorded rollout again (deploy --record FILE).")->group("Everyday");
    command->add_option("file", options->file, "The record.")->required()->type_name("FILE")->check(a_value());
    command->callback(
        [options, on_parsed] { on_parsed([options](Context& context) { return run(*options, context); }); });
}

}  // namespace tinystacks::app::commands
