#include "refusal.hpp"

#include "help.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cctype>

namespace tinystacks::app {
namespace {

std::vector<std::string> names_of(const CLI::App& command)
{
    std::vector<std::string> names;
    for (const auto* each : command.get_subcommands({})) {
        names.push_back(each->get_name());
    }
    return names;
}

/// Every flag that may follow `command`: its own and those of the commands around it.
std::vector<const CLI::Option*> options_of(const CLI::App& command)
{
    std::vector<const CLI::Option*> options;
    for (const auto* at = &command; at != nullptr; at = at->get_parent()) {
        const auto more = at->get_options();
        options.insert(options.end(), more.begin(), more.end());
    }
    return options;
}

std::string help_of(const CLI::App& command)
{
    return path_of(command) + " --help";
}

[[noreturn]] void refuse_flag(const CLI::App& command, const std::string& word, const CommandLine& line)
{
    const auto flag = word.substr(0, word.find('='));
    std::vector<std::string> known;
    for (const auto* option : options_of(command)) {
        for (const auto& name : option->get_lnames()) {
            known.push_back("--" + name);
        }
    }
    if (std::ranges::find(known, flag) != known.end()) {
        throw Error(ErrorKind::usage, "'{}' stands before '{}', behind which it belongs", printable(flag),
                    command.get_name())
            .with_hint(help_of(command));
    }
    // One letter is near to every other.
    const auto nearest = flag.starts_with("--") ? find_nearest(flag, known) : std::nullopt;
    throw Error(ErrorKind::usage, "'{}' is no flag of '{}'", printable(flag), path_of(command))
        .with_hint(nearest ? corrected(line, flag, *nearest, help_of(command)) : help_of(command));
}

[[noreturn]] void refuse_word(const CLI::App& command, const std::string& word, const CommandLine& line)
{
    const auto known = names_of(command);
    if (known.empty()) {
        throw Error(ErrorKind::usage, "'{}' is one argument too many for '{}'", printable(word), path_of(command))
            .with_hint(help_of(command));
    }
    const auto nearest = find_nearest(word, known);
    throw Error(ErrorKind::usage, "'{}' is no command of '{}'", printable(word), path_of(command))
        .with_hint(nearest ? corrected(line, word, *nearest, help_of(command)) : help_of(command));
}

[[noreturn]] void refuse_missing(const CLI::App& command)
{
    for (const auto* option : command.get_options()) {
        if (option->get_required() && option->count() == 0) {
            auto what = option->get_description();
            what.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(what.front())));
            what.pop_back();  // the full stop
            throw Error(ErrorKind::usage, "'{}' needs {}: {}", path_of(command), spelling_of(*option), what)
                .with_hint(help_of(command));
        }
    }
    throw Error(ErrorKind::usage, "'{}' needs a command: {}", path_of(command), enumerate(names_of(command), "or"))
        .with_hint(help_of(command));
}

/// A flag was given too often, or without its value.
[[noreturn]] void refuse_count(const CLI::App& command, const CLI::ParseError& error)
{
    // CLI11 tells which one only at the beginning of its text.
    const std::string text = error.what();
    const auto name = text.substr(0, text.find(':'));
    for (const auto* option : options_of(command)) {
        if (!option->check_name(name)) {
            continue;
        }
        if (option->count() > 1) {
            throw Error(ErrorKind::usage, "{} was given {} times, it takes one value", name, option->count())
                .with_hint(help_of(command));
        }
        throw Error(ErrorKind::usage, "{} needs a value: {}", name, spelling_of(*option)).with_hint(help_of(command));
    }
    throw Error(ErrorKind::usage, "'{}': {}", path_of(command), printable(text)).with_hint(help_of(command));
}

[[noreturn]] void refuse_pair(const CLI::App& command, const CLI::ParseError& error)
{
    for (const auto* option : options_of(command)) {
        for (const auto* other : option->get_excludes()) {
            if (option->count() > 0 && other->count() > 0) {
                throw Error(ErrorKind::usage, "{} and {} exclude each other", option->get_name(), other->get_name())
                    .with_hint(help_of(command));
            }
        }
    }
    throw Error(ErrorKind::usage, "'{}': {}", path_of(command), printable(error.what())).with_hint(help_of(command));
}

/// A flag that takes none was given a value: --force=now.
void refuse_flag_values(const CLI::App& command, const CommandLine& line)
{
    for (const auto* option : options_of(command)) {
        for (const auto& name : option->get_lnames()) {
            const auto given = std::ranges::find_if(
                line, [&](const std::string& word) { return word.starts_with("--" + name + "="); });
            if (option->get_items_expected_max() == 0 && given != line.end()) {
                throw Error(ErrorKind::usage, "--{} takes no value", name)
                    .with_hint(corrected(line, *given, "--" + name, help_of(command)));
            }
        }
    }
}

}  // namespace

const CLI::App& innermost(const CLI::App& root)
{
    const CLI::App* at = &root;
    while (!at->get_subcommands().empty()) {
        at = at->get_subcommands().front();
    }
    return *at;
}

void refuse(const CLI::App& root, const CLI::ParseError& error, const CommandLine& line)
{
    const auto& command = innermost(root);
    const auto extras = root.remaining(true);
    // A word that is no command leaves the command that is required missing.
    if (!extras.empty() && (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr || !names_of(command).empty())) {
        const auto& word = extras.front();
        word.size() > 1 && word.starts_with('-') ? refuse_flag(command, word, line) : refuse_word(command, word, line);
    }
    if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) {
        refuse_missing(command);
    }
    if (dynamic_cast<const CLI::ExcludesError*>(&error) != nullptr) {
        refuse_pair(command, error);
    }
    if (dynamic_cast<const CLI::ValidationError*>(&error) != nullptr) {
        auto text = printable(error.what());
        if (const auto colon = text.find(": "); colon != std::string::npos) {
            text.erase(colon, 1);
        }
        throw Error(ErrorKind::usage, "{}", text).with_hint(help_of(command));
    }
    refuse_flag_values(command, line);
    refuse_count(command, error);
}

void refuse(const CLI::App& root, const WrongWord& error, const CommandLine& line)
{
    const auto help = help_of(innermost(root));
    const auto nearest = find_nearest(error.word(), error.known());
    throw Error(ErrorKind::usage, "'{}' is none of {}", printable(error.word()), enumerate(error.known()))
        .with_hint(nearest ? corrected(line, error.word(), *nearest, help) : help);
}

}  // namespace tinystacks::app
