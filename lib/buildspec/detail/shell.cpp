#include "buildspec/detail/shell.hpp"

#include "base/file.hpp"
#include "base/text.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <system_error>

namespace tinystacks::buildspec {
namespace {

constexpr std::size_t most_state = std::size_t{16} << 20;

/// Variables that bash owns and will not let anybody assign: in POSIX mode trying to ends the shell.
bool belongs_to_shell(std::string_view name)
{
    static constexpr std::array names = {"UID", "EUID", "PPID", "SHELLOPTS", "BASHOPTS", "BASH_VERSINFO"};
    return std::ranges::find(names, name) != names.end();
}

void write_file(const std::filesystem::path& path, std::string_view text, int flags)
{
    const auto file = open_file(path, O_WRONLY | O_CREAT | O_NOFOLLOW | flags);
    write_all(file.number(), text, path);
}

/// Always quoted, so that what a shell reads is one assignment whatever the value holds.
std::string quote(std::string_view text)
{
    std::string quoted = "'";
    for (const auto c : text) {
        if (c == '\'') {
            quoted += "'\\''";
        } else {
            quoted += c;
        }
    }
    return quoted + "'";
}

}  // namespace

bool is_windows_shell(std::string_view shell)
{
    const auto lower = to_lower(shell);
    return lower == "powershell.exe" || lower == "powershell" || lower == "pwsh" || lower == "pwsh.exe" ||
           lower == "cmd.exe" || lower == "cmd";
}

std::string assignment(std::string_view name, std::string_view value)
{
    return fmt::format("{}={}", name, quote(value));
}

Shell::Shell(Settings settings, process::Launcher& launcher, BuildLog& log, const Interruption& interruption)
    : settings_(std::move(settings)), launcher_(launcher), log_(log), interruption_(interruption),
      directory_(settings_.source)
{
    std::string state;
    for (const auto& [name, value] : settings_.variables) {
        if (is_variable_name(name) && !belongs_to_shell(name)) {
            state += "export " + assignment(name, value) + "\n";
        }
    }
    write_file(file("env.sh"), state, O_TRUNC);
}

/// Three lines, so that a shell's message about a one-line command says "line 4" as CodeBuild's does.
std::string Shell::preamble(bool lost_directory) const
{
    std::string text = fmt::format(". {}\n", quote(file("env.sh").native()));
    for (const auto& [name, value] : settings_.immutable) {
        text += fmt::format("export {}; ", assignment(name, value));
    }
    text += "set -a\n";
    // The state still says PWD is the lost directory; cd sets it right.
    return text + (lost_directory ? fmt::format("cd -- {}\n", quote(settings_.source.native())) : ":\n");
}

/// Saves the state. An empty line first: a backslash that ends the command joins that. `>|`, `command` and the braces'
/// redirection hold up against `set -C`, aliases and functions, and `set -x` in the command.
std::string Shell::epilogue() const
{
    std::string text = "\n\n{ export CODEBUILD_LAST_EXIT=$?\n";
    for (const auto& [name, value] : settings_.immutable) {
        text += fmt::format("[ \"${{{}-}}\" = {} ] || command echo {} >>{}\n", name, quote(value), name,
                            quote(file("changed").native()));
    }
    text += fmt::format("export -p >|{}\n", quote(file("env.new").native()));
    text += fmt::format("command pwd >|{}\n", quote(file("dir.new").native()));
    return text + "exit \"$CODEBUILD_LAST_EXIT\"\n} 2>/dev/null\n";
}

process::Outcome Shell::start(const std::string& script, const process::OnOutput& on_output)
{
    write_file(file("script.sh"), script, O_TRUNC);
    process::Command command;
    command.argv = settings_.argv;
    command.argv.push_back(file("script.sh"));
    command.directory = directory_;
    // Everything else comes from the saved state: so `unset` persists. PWD keeps the directory's name where that
    // leads through a symbolic link.
    command.environment = {{"PWD", directory_}};
    command.output = process::Output::shared;
    command.umask = 022;
    if (settings_.deadline) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(*settings_.deadline - std::chrono::steady_clock::now());
        if (left.count() <= 0) {
            return process::TimedOut{};
        }
        command.timeout = left;
    }
    return launcher_.run(command, on_output, interruption_);
}

process::Outcome Shell::run(const std::string& command)
{
    struct stat about = {};
    const bool lost = ::stat(directory_.c_str(), &about) != 0 || !S_ISDIR(about.st_mode);
    if (lost) {
        log_.warn({}, fmt::format("the directory '{}' is gone; the next command runs in {}", directory_,
                                  settings_.source.string()));
        directory_ = settings_.source;
    }
    const auto script =
        settings_.version == Version::v0_1 ? preamble(lost) + command + "\n" : preamble(lost) + command + epilogue();
    const auto outcome = start(script, [this](process::Stream, std::string_view piece) { log_.output(piece); });
    log_.end_command();
    if (settings_.version == Version::v0_2) {
        adopt_state();
        report_changes();
    }
    return outcome;
}

/// A command that left by `exit` saved nothing: the state before it stays.
void Shell::adopt_state()
{
    if (::rename(file("env.new").c_str(), file("env.sh").c_str()) != 0) {
        return;
    }
    if (const auto saved = find_file(file("dir.new"), most_state)) {
        // One line end is pwd's own; a directory's name may hold others. Where pwd failed the name is empty.
        directory_ = saved->ends_with('\n') ? saved->substr(0, saved->size() - 1) : *saved;
    }
}

void Shell::report_changes()
{
    if (settings_.immutable.empty()) {
        return;
    }
    if (const auto changed = find_file(file("changed"), most_state)) {
        for (const auto name : split(trim(*changed), '\n')) {
            log_.warn({}, fmt::format("the command changed {}, which tinystacks sets; it is set again before the next",
                                      name));
        }
        std::filesystem::remove(file("changed"));
    }
}

void Shell::set(const std::string& name, const std::string& value)
{
    write_file(file("env.sh"), fmt::format("\nexport {}\n", assignment(name, value)), O_APPEND);
}

std::map<std::string, std::string> Shell::environment()
{
    // The shell itself reads its state back; env(1) is found by the path we started with, not the build's.
    const auto env = process::find_program("env", {});
    const auto script = preamble(false) + fmt::format("exec {} -0 >|{}\n", env.value_or("/usr/bin/env").string(),
                                                      quote(file("final").native()));
    directory_ = settings_.source;
    (void)start(script, [](process::Stream, std::string_view) {});
    std::map<std::string, std::string> variables;
    const auto text = find_file(file("final"), most_state).value_or("");
    for (const auto entry : split(text, '\0')) {
        if (const auto equals = entry.find('='); equals != std::string_view::npos) {
            variables.emplace(entry.substr(0, equals), entry.substr(equals + 1));
        }
    }
    return variables;
}

std::string Shell::evaluate(const std::string& text)
{
    std::string inner;
    for (const auto c : text) {
        inner += c == '"' ? std::string("\\\"") : std::string(1, c);
    }
    directory_ = settings_.source;
    const auto script = preamble(false) + fmt::format("printf %s \"{}\" >|{}\n", inner, quote(file("text").native()));
    (void)start(script, [](process::Stream, std::string_view) {});
    return find_file(file("text"), most_state).value_or("");
}

}  // namespace tinystacks::buildspec
