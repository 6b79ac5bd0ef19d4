#pragma once

#include "commands/commands.hpp"
#include "control/control_plane.hpp"
#include "document/node.hpp"
#include "watch.hpp"

#include <functional>
#include <string>
#include <string_view>

/// What commands about code sources and stacks have in common.
namespace tinystacks::app::commands {

/// Whose things a command is about.
struct OwnerOptions {
    std::string group;
    std::string customer;  ///< only where declare_customer_option() was called
};
void declare_group_option(CLI::App& command, OwnerOptions& options);
void declare_customer_option(CLI::App& command, OwnerOptions& options);

enum class Thing { source, stack };
/// "code source" or "stack".
[[nodiscard]] std::string_view to_string(Thing thing);

/// The positional name of one that there is already; of a new one it is not completed.
void declare_name(CLI::App& command, std::string& name, Thing thing);
void declare_new_name(CLI::App& command, std::string& name, Thing thing);

/// Throws Error{usage} for a name that we would not give.
void check_new_name(Thing thing, const std::string& name);

/// The names of all that there are.
[[nodiscard]] std::vector<std::string> names_of(Thing thing, control::Catalogue& catalogue);

/// Whether a command goes on until what it started has ended.
struct WatchFlags {
    bool wait = false;
    std::string limit;
};
void declare_watch_flags(CLI::App& command, WatchFlags& flags, std::string_view what);
/// Throws Error{usage} for a limit that is no duration, or one without --wait.
[[nodiscard]] control::Watch watch_of(const WatchFlags& flags, const Services& services);

/// The control plane that the command line, the environment, the project file of the directory (when there is one) or
/// the user chose. `haste`: as api::Server's.
[[nodiscard]] control::ControlPlane& plane(const OwnerOptions& options, Context& context,
                                           std::optional<std::chrono::milliseconds> haste = std::nullopt);

/// The first line of whatever changes something.
void announce_change(Context& context, const control::ControlPlane& plane, std::string_view doing);

/// Reads a JSON or YAML file, or standard input for "-", of at most 1 MiB. Of a document that --json printed the member
/// `member` is taken, so that show, edit and update go round.
[[nodiscard]] document::Document read_payload(const std::string& file, std::string_view member,
                                              const Services& services);

/// What `question` returns, which it gets of the control plane's catalogue at once. Throws Stop after Ctrl-C.
template <typename Question>
auto ask(control::ControlPlane& plane, Context& context, Question question)
{
    return interruptible(context.err,
                         [&](const Interruption& interruption) { return question(plane.catalogue(interruption)); });
}

/// Throws `error`, which says that there is no `name`, with what was probably meant.
[[noreturn]] void suggest_name(const Error& error, Thing thing, const std::string& name, control::Catalogue& catalogue,
                               const Services& services);
/// Throws Error{usage} for a name that no thing can have.
void check_name(Thing thing, const std::string& name);

/// The same about one thing. A name that there is not is an error with a suggestion.
template <typename Question>
auto ask_about(control::ControlPlane& plane, Context& context, Thing thing, const std::string& name, Question question)
{
    check_name(thing, name);
    return ask(plane, context, [&](control::Catalogue& catalogue) {
        try {
            return question(catalogue);
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::not_found) {
                throw;
            }
            suggest_name(error, thing, name, catalogue, context.services);
        }
    });
}

/// Throws Error{not_found} when `stage` is neither empty nor one of the stack's.
void check_remote_stage(const stack::Stack& stack, const std::string& stage, const Services& services);

/// What a small change returns; exit code 9 and what is uncertain when its answer was lost. `look`: how to see it.
[[nodiscard]] view::Report changed(const std::function<view::Report()>& change, const std::string& look);

/// Throws Error{usage} unless `confirmed` is the name of what is to be destroyed, or a person at a terminal types it.
void confirm(Thing thing, const std::string& name, const std::string& confirmed, Context& context);

}  // namespace tinystacks::app::commands
