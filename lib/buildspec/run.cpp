#include "buildspec/run.hpp"

#include "base/file.hpp"
#include "base/temp_dir.hpp"
#include "base/text.hpp"
#include "buildspec/detail/artifacts.hpp"
#include "buildspec/detail/build_log.hpp"
#include "buildspec/detail/helpers.hpp"
#include "buildspec/detail/phases.hpp"
#include "buildspec/detail/references.hpp"
#include "buildspec/detail/run_as.hpp"
#include "buildspec/detail/shell.hpp"
#include "buildspec/detail/variables.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <system_error>

namespace tinystacks::buildspec {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::array api_phases = {"DOWNLOAD_SOURCE", "INSTALL",    "PRE_BUILD",
                                   "BUILD",           "POST_BUILD", "UPLOAD_ARTIFACTS"};

struct ContextStatus {
    std::string code;
    std::string message;
};

/// Splits "CODE Message: text", the form CodeBuild's log has; a text without a code gets `fallback`.
ContextStatus split_code(const std::string& text, const std::string& fallback)
{
    constexpr std::string_view separator = " Message: ";
    const auto at = text.find(separator);
    if (at == std::string::npos) {
        return {fallback, text};
    }
    const auto code = text.substr(0, at);
    // A position may stand in front: "file:line:column: YAML_FILE_ERROR".
    return {code.substr(code.rfind(' ') + 1), text.substr(at + separator.size())};
}

/// One run, from reading the file to its result.
class Build {
public:
    Build(const RunOptions& options, const process::MakeLauncher& make_launcher, log::Sink& sink, const Clock& clock,
          const Interruption& interruption)
        : options_(options), launcher_(make_launcher()), log_(sink, clock, options.channel, options.stage),
          clock_(clock), interruption_(interruption)
    {
        for (const auto* name : api_phases) {
            result_.phases.push_back({name, PhaseStatus::skipped, 0, {}});
        }
        if (options_.timeout) {
            deadline_ = SteadyClock::now() + *options_.timeout;
        }
    }

    Result run()
    {
        try {
            if (download_source()) {
                run_phases();
            }
        } catch (const Interrupted&) {
            result_.status = Status::stopped;
        }
        hide_in(result_.problems);
        return std::move(result_);
    }

private:
    /// Reads and checks the file, fetches variables, chooses the shell: CodeBuild's DOWNLOAD_SOURCE.
    bool download_source()
    {
        auto& record = result_.phases[0];
        const auto began = SteadyClock::now();
        log_.begin_step(record.name);
        log_.say("Waiting for DOWNLOAD_SOURCE");
        log_.say("Phase is DOWNLOAD_SOURCE");
        try {
            prepare();
        } catch (const Interrupted&) {
            end_phase(log_, record, PhaseStatus::stopped, "BUILD_STOPPED", "the build was stopped", began);
            throw;
        } catch (const Error& error) {
            result_.status = Status::failed;
            result_.error = hidden(error);
            const bool invalid = error.kind() == ErrorKind::invalid_input || !read_;
            const auto failure = split_code(error.what(), invalid ? "YAML_FILE_ERROR" : "CLIENT_ERROR");
            end_phase(log_, record, PhaseStatus::failed, failure.code, failure.message, began);
            return false;
        }
        end_phase(log_, record, PhaseStatus::succeeded, "", "", began);
        return true;
    }

    void prepare()
    {
        const std::map<std::string, std::string> given(options_.overrides.begin(), options_.overrides.end());
        hide_secrets(options_.environment, spec_, log_);
        hide_secrets(given, spec_, log_);
        log_.say(fmt::format("CODEBUILD_SRC_DIR={}", options_.directory.string()));
        log_.say(fmt::format("YAML location is {}", options_.file.string()));
        read();
        log_.say("Processing environment variables");
        choose_shell();
        const auto fetched =
            fetch_references(spec_, given, *launcher_, program_environment(options_.environment), interruption_);
        users_ = find_users(spec_, log_);
        variables_ = first_environment(options_, spec_, fetched, write_helpers(work()), clock_());
        hide_secrets(variables_, spec_, log_);
        tell_problems();
        tell_runtimes();
        log_.say(fmt::format("Moving to directory {}", options_.directory.string()));
        if (spec_.has_batch) {
            log_.say("The batch section is ignored, as in any build that is not started as a batch");
        }
        if (spec_.git_credential_helper) {
            log_.say("git-credential-helper: git uses the credentials of this machine");
        }
        log_.say(spec_.has_cache ? "Cache is defined in the buildspec; a local run keeps none"
                                 : "Cache is not defined in the buildspec");
        log_.say("Registering with agent");
        tell_phases();
    }

    /// Where script and state lie. Other users cannot get into the directory that the caller gave us.
    std::filesystem::path work()
    {
        if (users_.empty()) {
            return options_.work;
        }
        if (!shared_work_) {
            shared_work_.emplace();
            std::filesystem::permissions(shared_work_->path(), std::filesystem::perms(0711));
        }
        return shared_work_->path();
    }

    void read()
    {
        std::string text;
        try {
            text = read_file(options_.file, most_bytes);
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::not_found) {
                throw;
            }
            throw Error(ErrorKind::not_found, "stat {}: no such file or directory", options_.file.string())
                .with_hint("name the file: tinystacks buildspec run FILE");
        }
        read_ = true;
        auto checked = parse(text, options_.name.empty() ? options_.file.string() : options_.name);
        spec_ = std::move(checked.buildspec);
        result_.problems = std::move(checked.problems);
    }

    /// The error without any secret in it.
    [[nodiscard]] Error hidden(const Error& error) const
    {
        if (!error.problems().empty()) {
            std::vector<Problem> problems(error.problems().begin(), error.problems().end());
            hide_in(problems);
            return Error::invalid(std::move(problems));
        }
        return Error(error.kind(), "{}", log_.secrets().hide(error.message()))
            .with_hint(log_.secrets().hide(error.hint()))
            .at(error.where());
    }

    void hide_in(std::vector<Problem>& problems) const
    {
        for (auto& problem : problems) {
            problem.message = log_.secrets().hide(problem.message);
            problem.hint = log_.secrets().hide(problem.hint);
        }
    }

    void choose_shell()
    {
        const auto& wanted = options_.shell.empty() ? spec_.shell : options_.shell;
        if (is_windows_shell(wanted)) {
            throw Error(ErrorKind::invalid_input,
                        "the shell '{}' runs on Windows only; this build needs a Windows image", wanted);
        }
        const auto& environment = options_.environment;
        if (wanted.empty()) {
            if (const auto bash = process::find_program("bash", environment)) {
                shell_ = {bash->string(), "--posix"};
                return;
            }
            log_.say("bash is not installed; commands are run by /bin/sh");
            shell_ = {"/bin/sh"};
            return;
        }
        const auto found = process::find_program(wanted == "sh" ? "/bin/sh" : wanted, environment);
        if (!found) {
            throw Error(ErrorKind::not_found, "the shell '{}' is not installed", wanted)
                .with_hint(fmt::format("apt-get install {}", std::filesystem::path(wanted).filename().string()));
        }
        shell_ = {found->string()};
    }

    void tell_problems()
    {
        for (const auto& problem : result_.problems) {
            log_.warn(problem.where, problem.message, problem.hint);
        }
    }

    void tell_phases()
    {
        const auto defined =
            std::ranges::count_if(spec_.phases, [](const auto& entry) { return entry.second.defined; });
        log_.say(fmt::format("Phases found in YAML: {}", defined));
        for (const auto name : phase_names) {
            if (spec_.phase(name).defined) {
                log_.say(fmt::format(" {}: {} commands", api_name(name), spec_.phase(name).commands.size()));
            }
        }
    }

    /// What is asked for against what this machine has: a version cannot be selected here.
    void tell_runtimes()
    {
        const auto& versions = spec_.phase(PhaseName::install).runtime_versions;
        if (versions.empty()) {
            log_.say("No runtime version selected in buildspec.");
            return;
        }
        static const std::map<std::string, std::vector<std::string>> programs = {
            {"nodejs", {"node", "--version"}},  {"python", {"python3", "--version"}}, {"java", {"java", "-version"}},
            {"golang", {"go", "version"}},      {"ruby", {"ruby", "--version"}},      {"php", {"php", "--version"}},
            {"dotnet", {"dotnet", "--version"}}};
        for (const auto& [runtime, version] : versions) {
            const auto program = programs.find(runtime);
            const auto installed = program == programs.end() ? std::string() : first_line_of(program->second);
            log_.say(fmt::format("Runtime '{}' version '{}' is asked for; this machine has: {}", runtime, version,
                                 installed.empty() ? "none" : installed));
        }
        log_.say("Skipping install of runtimes. Runtime version selection is not supported by this build image");
    }

    std::string first_line_of(const std::vector<std::string>& argv)
    {
        process::Command command;
        command.argv = argv;
        command.environment = program_environment(options_.environment);
        command.timeout = std::chrono::seconds(5);
        try {
            const auto finished = process::run_and_keep(*launcher_, command, interruption_, 4096);
            const auto& words = finished.out.empty() ? finished.err : finished.out;
            return printable(trim(split(words, '\n').front()));
        } catch (const Error&) {
            return {};  // not installed
        }
    }

    void run_phases()
    {
        Shell shell(
            {shell_, spec_.version, options_.directory, work(), variables_, options_.immutable, deadline_, users_},
            *launcher_, log_, interruption_);
        Phases phases(spec_, shell, log_);
        const bool upload = phases.run(result_);
        if (result_.status == Status::timed_out) {
            return;
        }
        deadline_.reset();
        const bool asked = !spec_.exported_variables.empty() || (upload && spec_.artifacts);
        const auto environment = asked ? shell.environment() : std::map<std::string, std::string>();
        export_variables(environment);
        if (upload) {
            upload_artifacts(shell, environment);
        }
    }

    void export_variables(const std::map<std::string, std::string>& environment)
    {
        for (const auto& name : spec_.exported_variables) {
            const auto found = environment.find(name);
            if (found == environment.end()) {
                continue;
            }
            if (spec_.parameter_store.contains(name) || spec_.secrets_manager.contains(name) ||
                log_.secrets().found_in(found->second)) {
                log_.say(fmt::format("Not exporting {}: its value holds a secret", name));
                continue;
            }
            if (name.starts_with("AWS_")) {  // Source: build specification reference, "exported-variables"
                log_.say(fmt::format("Not exporting {}: names that start with AWS_ cannot be exported", name));
                continue;
            }
            result_.exported_variables[name] = found->second;
        }
    }

    void upload_artifacts(Shell& shell, const std::map<std::string, std::string>& environment)
    {
        auto& record = result_.phases.back();
        const auto began = SteadyClock::now();
        log_.begin_step(record.name);
        std::string message;
        try {
            if (spec_.artifacts) {
                message = Collector(options_, shell, environment, log_).collect(*spec_.artifacts, result_);
            }
            tell_reports(environment);
        } catch (const std::filesystem::filesystem_error& error) {
            message = fmt::format("CLIENT_ERROR Message: cannot copy artifacts: {}", error.what());
        }
        if (message.empty()) {
            end_phase(log_, record, PhaseStatus::succeeded, "", "", began);
            return;
        }
        result_.status = Status::failed;
        const auto failure = split_code(message, "CLIENT_ERROR");
        end_phase(log_, record, PhaseStatus::failed, failure.code, failure.message, began);
    }

    /// Reports are accepted and looked for, never uploaded: there is no report group on this machine.
    void tell_reports(const std::map<std::string, std::string>& environment)
    {
        for (const auto& [group, report] : spec_.reports) {
            const auto base = expand(report.base_directory, environment);
            std::size_t count = 0;
            for (const auto& directory : glob_directories(options_.directory, base.empty() ? "." : base)) {
                for (const auto& pattern : report.files) {
                    count += find_files(directory, expand(pattern.text, environment)).size();
                }
            }
            log_.say(count == 0 ? fmt::format("No matching report files found for {}", group)
                                : fmt::format("Report {}: {} file(s), kept where they are", group, count));
        }
    }

    const RunOptions& options_;
    std::unique_ptr<process::Launcher> launcher_;
    BuildLog log_;
    const Clock& clock_;
    const Interruption& interruption_;
    Buildspec spec_;
    bool read_ = false;
    std::vector<std::string> shell_;
    std::map<std::string, process::User> users_;
    std::optional<TempDir> shared_work_;
    std::map<std::string, std::string> variables_;
    std::optional<SteadyClock::time_point> deadline_;
    Result result_;
};

}  // namespace

Result run(const RunOptions& options, const process::MakeLauncher& make_launcher, log::Sink& sink, const Clock& clock,
           const Interruption& interruption)
{
    return Build(options, make_launcher, sink, clock, interruption).run();
}

}  // namespace tinystacks::buildspec
