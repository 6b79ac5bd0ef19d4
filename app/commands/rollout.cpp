#include "commands/rollout.hpp"

#include "commands/values.hpp"

#include <CLI/CLI.hpp>

namespace tinystacks::app::commands {

void declare_rollout_flags(CLI::App& command, RolloutFlags& flags)
{
    command
        .add_option("--timeout", flags.limit,
                    "Watch a rollout on AWS at most this long (30m); then its end is uncertain.")
        ->type_name("DURATION")
        ->check(a_value());
    command.add_flag("--no-rollback", flags.no_rollback,
                     "Leave a failed rollout on AWS as it is, unless AWS itself goes back.");
    command
        .add_option("--record", flags.record,
                    "Keep what AWS answered about the rollout in this file, for `tinystacks replay`.")
        ->type_name("FILE")
        ->check(a_value());
}

void declare_queue_flag(CLI::App& command, bool& queue)
{
    command.add_flag("--queue", queue, "Wait while somebody else builds the stack or deploys the stage.");
}

pipeline::RolloutOptions rollout_options(const RolloutFlags& flags, const Services& services)
{
    pipeline::RolloutOptions options;
    if (!flags.limit.empty()) {
        options.limit = duration_of("--timeout", flags.limit, services.options().line);
    }
    options.bring_back = !flags.no_rollback;
    if (!flags.record.empty()) {
        options.record = std::filesystem::absolute(services.path(flags.record));
    }
    return options;
}

}  // namespace tinystacks::app::commands
