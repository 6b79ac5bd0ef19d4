#include "buildspec/detail/shell.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "buildspec/detail/state.hpp"
#include "buildspec/detail/variables.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace tinystacks::buildspec {
namespace {

constexpr std::size_t most_state = std::size_t{64} << 20;

/// The longest NAME=value that the kernel hands to a program. Source: execve(2), MAX_ARG_STRLEN.
constexpr std::size_t longest_variable = std::size_t{128} << 10;

constexpr int cannot_execute = 126;  // as a shell says it

}  // namespace

bool is_windows_shell(std::string_view shell)
{
    const auto lower = to_lower(shell);
    return lower == "powershell.exe" || lower == "powershell" || lower == "pwsh" || lower == "pwsh.exe" ||
           lower == "cmd.exe" || lower == "cmd";
}

std::string assignment(std::string_view name, std::string_view value)
{
    return fmt::format("{}={}", name, shell_quote_always(value));
}

Shell::Shell(Settings settings, process::Launcher& launcher, BuildLog& log, const Interruption& interruption)
    : settings_(std::move(settings)), launcher_(launcher), log_(log), interruption_(interruption),
      directory_(settings_.source)
{
    for (const auto& [name, value] : settings_.variables) {
        if (is_variable_name(name) && !belongs_to_shell(name)) {
            state_ += "export " + assignment(name, value) + "\n";
        }
    }
    write_file("env.sh", state_);
    look_at(parse_state(state_));
}

void Shell::write_file(std::string_view name, std::string_view text) const
{
    const auto path = file(name);
    const auto written = open_file(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_TRUNC);
    if (user_ && ::fchown(written.number(), user_->uid, user_->gid) != 0) {
        throw Error(ErrorKind::failed, "cannot hand {} to a user: {}", path.string(), errno_text(errno));
    }
    write_all(written.number(), text, path);
}

/// The files change hands by being made anew: who had them before keeps no way into those of another user.
void Shell::become(const std::string& user)
{
    const auto found = settings_.users.find(user);
    const auto wanted = found == settings_.users.end() ? std::nullopt : std::optional(found->second);
    if (wanted == user_) {
        return;
    }
    for (const auto* name : {"env.sh", "env.new", "dir.new", "changed", "script.sh", "text"}) {
        std::filesystem::remove(file(name));
    }
    user_ = wanted;
    write_file("env.sh", state_);
}

/// Three lines, so that a shell's message about a one-line command says "line 4" as CodeBuild's does.
std::string Shell::preamble(bool lost_directory) const
{
    // Only what the state holds is to be set: not what start() gives the shell, nor the PATH that bash makes up where
    // it finds none, with the current directory in it.
    std::string text = fmt::format("unset HOME PATH SHELL; . {}\n", shell_quote_always(file("env.sh").native()));
    for (const auto& [name, value] : settings_.immutable) {
        text += fmt::format("export {}; ", assignment(name, value));
    }
    text += "set -a\n";
    // The state still says PWD is the lost directory; cd sets it right.
    return text + (lost_directory ? fmt::format("cd -- {}\n", shell_quote_always(settings_.source.native())) : ":\n");
}

/// Saves the state. An empty line first: a backslash that ends the command joins that. Backslashes, `unset -f`, `>|`,
/// `set +e` and the braces' redirection hold up against aliases, functions and `set -Cex` in the command. The status is
/// kept in $1, which cannot be read-only; only builtins are used, for PATH may be gone.
std::string Shell::epilogue() const
{
    std::string text = "\n\n{ \\set +e -- \"$?\"; \\unset -f command echo exit export pwd\n"
                       "\\command export CODEBUILD_LAST_EXIT=\"$1\"\n";
    for (const auto& [name, value] : settings_.immutable) {
        text += fmt::format("\\[ \"${{{}-}}\" = {} ] || \\echo {} >>{}\n", name, shell_quote_always(value), name,
                            shell_quote_always(file("changed").native()));
    }
    text += fmt::format("\\command export -p >|{}", shell_quote_always(file("env.new").native()));
    text += fmt::format(" && {{ \\echo saved; \\pwd; }} >|{}\n", shell_quote_always(file("dir.new").native()));
    return text + "\\exit \"$1\"\n} 2>/dev/null\n";
}

process::Outcome Shell::start(const std::string& script, const process::OnOutput& on_output)
{
    write_file("script.sh", script);
    process::Command command;
    command.argv = settings_.argv;
    command.argv.push_back(file("script.sh"));
    command.directory = directory_;
    // Everything else comes from the saved state: so `unset` persists. PWD keeps the directory's name where that
    // leads through a symbolic link.
    // Without HOME and SHELL bash would look both up among the system's users.
    command.environment = {{"HOME", "/"}, {"PWD", directory_}, {"SHELL", "/bin/sh"}};
    command.output = process::Output::shared;
    command.umask = 022;
    command.user = user_;
    if (settings_.deadline) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(*settings_.deadline - std::chrono::steady_clock::now());
        if (left.count() <= 0) {
            return process::TimedOut{};
        }
        command.timeout = left;
    }
    try {
        return launcher_.run(command, on_output, interruption_);
    } catch (const Error& error) {
        // The directory or the shell is not to be had any more: a command that fails, not a failure of ours.
        on_output(process::Stream::err, fmt::format("tinystacks: {}\n", error.message()));
        return process::Exited{cannot_execute};
    }
}

process::Outcome Shell::run(const std::string& command)
{
    struct stat about = {};
    const bool lost = ::stat(directory_.c_str(), &about) != 0 || !S_ISDIR(about.st_mode);
    if (lost) {
        log_.warn({}, fmt::format("the directory {} is gone; the next command runs in {}",
                                  directory_.empty() ? "of the last command" : shell_quote(directory_),
                                  settings_.source.string()));
        directory_ = settings_.source;
    }
    const auto script =
        settings_.version == Version::v0_1 ? preamble(lost) + command + "\n" : preamble(lost) + command + epilogue();
    // Made here, so that a umask set by the command is not theirs.
    write_file("env.new", {});
    write_file("dir.new", {});
    if (!settings_.immutable.empty()) {
        write_file("changed", {});
    }
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
    constexpr std::string_view saved = "saved\n";
    auto place = find_file(file("dir.new"), most_state).value_or("");
    const auto state = find_file(file("env.new"), most_state).value_or("");
    if (!place.starts_with(saved)) {
        if (!state.empty()) {
            log_.warn({}, "the directory and variables that this command left could not be saved; is the disk full?");
        }
        return;
    }
    // One line end is pwd's own; a directory's name may hold others. Where pwd failed, the directory is gone.
    directory_ = place.substr(saved.size());
    directory_.resize(directory_.size() - (directory_.ends_with('\n') ? 1 : 0));
    const auto variables = parse_state(state);
    std::string kept;
    for (const auto& variable : variables) {
        kept += to_keep(variable);
    }
    if (kept != state_) {
        state_ = std::move(kept);
        write_file("env.sh", state_);
        look_at(variables);
    }
}

/// A variable as the next command is to find it. What we set ourselves must not come back read-only.
std::string Shell::to_keep(const Exported& variable) const
{
    if (belongs_to_shell(variable.name) || settings_.immutable.contains(variable.name)) {
        return {};
    }
    if (variable.name.starts_with("CODEBUILD_")) {
        return fmt::format("export {}\n", assignment(variable.name, variable.value.value_or("")));
    }
    return std::string(variable.written);
}

/// Hides what a command may have put into a variable that is named like a secret, and warns of values that no
/// program can be started with.
void Shell::look_at(const std::vector<Exported>& variables)
{
    for (const auto& [name, value, written] : variables) {
        if (!value) {
            continue;
        }
        if (holds_a_secret(name)) {
            log_.hide(*value);
        }
        if (name.size() + value->size() + 2 > longest_variable && warned_of_.insert(name).second) {
            log_.warn({},
                      fmt::format("the variable {} holds {} bytes: while it is set, programs cannot be started "
                                  "(\"Argument list too long\", exit status 126)",
                                  name, value->size()),
                      fmt::format("keep it in a file, or end the command with 'unset {}'", name));
        }
    }
}

void Shell::report_changes()
{
    if (settings_.immutable.empty()) {
        return;
    }
    const auto changed = find_file(file("changed"), most_state).value_or("");
    for (const auto name : split(trim(changed), '\n')) {
        if (!name.empty()) {
            log_.warn({}, fmt::format("the command changed {}, which tinystacks sets; it is set again before the next",
                                      name));
        }
    }
}

void Shell::set(const std::string& name, const std::string& value)
{
    state_ += fmt::format("export {}\n", assignment(name, value));
    write_file("env.sh", state_);
}

std::map<std::string, std::string> Shell::environment() const
{
    std::map<std::string, std::string> variables;
    for (auto& [name, value, written] : parse_state(state_)) {
        if (value) {
            variables.insert_or_assign(std::move(name), std::move(*value));
        }
    }
    for (const auto& [name, value] : settings_.immutable) {
        variables[name] = value;
    }
    return variables;
}

std::string Shell::evaluate(const std::string& text)
{
    directory_ = settings_.source;
    // In a here-document quotes stand for themselves, but not those inside `$(…)`.
    constexpr std::string_view end = "tinystacks-end-of-name";
    write_file("text", {});
    const auto script = preamble(true) + fmt::format("IFS= read -r name <<{}\n{}\n{}\nprintf %s \"$name\" >|{}\n", end,
                                                     text, end, shell_quote_always(file("text").native()));
    (void)start(script, [this](process::Stream, std::string_view piece) { log_.output(piece); });
    log_.end_output();
    return find_file(file("text"), most_state).value_or("");
}

}  // namespace tinystacks::buildspec
