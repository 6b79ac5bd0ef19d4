#include "connection/detail/keyring.hpp"

#include "base/error.hpp"

#include <array>
#include <chrono>

namespace tinystacks::connection::detail {
namespace {

constexpr std::string_view program = "secret-tool";
constexpr std::string_view bus = "DBUS_SESSION_BUS_ADDRESS";

/// What the program needs to find the keyring and to ask for its password; nothing with a secret inside.
process::Environment child_environment(const process::Environment& environment)
{
    constexpr std::array needed = {std::string_view("PATH"),
                                   std::string_view("HOME"),
                                   std::string_view("DISPLAY"),
                                   std::string_view("WAYLAND_DISPLAY"),
                                   std::string_view("XDG_RUNTIME_DIR"),
                                   bus};
    process::Environment kept;
    for (const auto name : needed) {
        if (const auto found = environment.find(std::string(name)); found != environment.end()) {
            kept.insert(*found);
        }
    }
    return kept;
}

}  // namespace

bool Keyring::is_there() const
{
    const auto address = environment_.find(std::string(bus));
    return address != environment_.end() && !address->second.empty() && process::find_program(program, environment_);
}

bool Keyring::store(const std::string& name, const Secret& secret) const
{
    return is_there() && run({"store", "--label=TinyStacks " + name}, name, secret.reveal()).succeeded();
}

std::optional<Secret> Keyring::find(const std::string& name) const
{
    const auto wake = [&](std::string_view why) {
        return Error(ErrorKind::unavailable, "the secret of '{}' rests in the keyring, {}", name, why)
            .with_hint("unlock the keyring, or connect again");
    };
    if (!is_there()) {
        throw wake("which this session does not have");
    }
    const auto finished = run({"lookup"}, name, {});
    if (finished.succeeded() && !finished.out.empty()) {
        return Secret(finished.out);
    }
    if (!std::holds_alternative<process::Exited>(finished.outcome) || !finished.err.empty()) {
        throw wake("which does not answer");
    }
    return std::nullopt;
}

void Keyring::clear(const std::string& name) const
{
    if (is_there()) {
        (void)run({"clear"}, name, {});  // what is gone from the list is not found again
    }
}

process::Finished Keyring::run(std::vector<std::string> words, const std::string& name, const std::string& input) const
{
    process::Command command;
    command.argv = {std::string(program)};
    command.argv.insert(command.argv.end(), words.begin(), words.end());
    for (const auto& attribute :
         {std::string("application"), std::string("tinystacks"), std::string("connection"), name}) {
        command.argv.push_back(attribute);
    }
    command.environment = child_environment(environment_);
    command.input = input;
    command.timeout = std::chrono::seconds(3);
    return process::run_and_keep(*make_launcher_(), command);
}

}  // namespace tinystacks::connection::detail
