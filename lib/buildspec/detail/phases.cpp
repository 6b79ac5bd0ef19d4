#include "buildspec/detail/phases.hpp"

#include "base/text.hpp"

namespace tinystacks::buildspec {
namespace {

using SteadyClock = std::chrono::steady_clock;

std::string failure_message(const std::string& command, const process::Outcome& outcome)
{
    return fmt::format("Error while executing command: {}. Reason: exit status {}", trim(command),
                       process::shell_status(outcome));
}

}  // namespace

std::regex compile_pattern(const std::string& pattern)
{
    constexpr std::string_view any_case = "(?i)";
    const bool ignore_case = pattern.starts_with(any_case);
    // The library's usual way of matching backtracks: it recurses once a character and can take for ever. The other
    // way knows no back references, which RE2 does not know either.
    const auto flags = std::regex::ECMAScript | std::regex_constants::__polynomial;
    const auto own = pattern.substr(ignore_case ? any_case.size() : 0);
    try {
        (void)std::regex(own, flags);  // by itself, so that `a)(b` cannot hide in our parentheses
        // The prefix makes one pass of a search; trying each place in turn would be quadratic.
        return std::regex(fmt::format("[^]*?(?:{})", own), ignore_case ? flags | std::regex::icase : flags);
    } catch (const std::regex_error& error) {
        throw Error(ErrorKind::invalid_input, "on-failure: '{}' is no regular expression: {}", printable(pattern),
                    error.what());
    }
}

bool matches(const std::string& text, const std::regex& pattern)
{
    return std::regex_search(text, pattern, std::regex_constants::match_continuous);
}

std::string api_name(PhaseName name)
{
    return to_upper(to_string(name));
}

void end_phase(BuildLog& log, PhaseRecord& record, PhaseStatus status, std::string_view code,
               const std::string& message, SteadyClock::time_point began)
{
    record.status = status;
    record.message = log.secrets().hide(message);
    record.seconds = std::chrono::duration<double>(SteadyClock::now() - began).count();
    log.say(fmt::format("Phase complete: {} State: {}", record.name, to_string(status)));
    log.say(fmt::format("Phase context status code: {} Message: {}", code, message));
    log.end_step(record.name, to_string(status), record.seconds, message);
}

bool Phases::run(Result& result)
{
    for (std::size_t i = 0; i < phase_names.size(); ++i) {
        auto& record = result.phases[i + 1];
        run_phase(phase_names[i], record);
        if (record.status == PhaseStatus::succeeded) {
            continue;
        }
        if (timed_out_) {
            result.status = Status::timed_out;
            return false;
        }
        result.status = Status::failed;
        const auto action = spec_.phase(phase_names[i]).on_failure.action;
        const bool early = phase_names[i] == PhaseName::install || phase_names[i] == PhaseName::pre_build;
        if (action == OnFailure::proceed) {
            log_.say(fmt::format("on-failure: CONTINUE: going on after {} failed; the build is FAILED all the same",
                                 record.name));
        } else if (early || action == OnFailure::abort) {
            return false;
        }
    }
    return true;
}

void Phases::run_phase(PhaseName name, PhaseRecord& record)
{
    const auto& phase = spec_.phase(name);
    const auto began = SteadyClock::now();
    const bool succeeding_before = succeeding_;
    shell_.become(phase.run_as.empty() ? spec_.run_as : phase.run_as);
    log_.begin_step(record.name);
    log_.say(fmt::format("Entering phase {}", record.name));
    try {
        for (int tries = 0;; ++tries) {
            tail_.clear();
            const auto message = attempt(phase);
            if (message.empty()) {
                end_phase(log_, record, PhaseStatus::succeeded, "", "", began);
                return;
            }
            if (timed_out_) {
                end_phase(log_, record, PhaseStatus::timed_out, "BUILD_TIMED_OUT", message, began);
                return;
            }
            if (!may_retry(phase, tries, message)) {
                end_phase(log_, record, PhaseStatus::failed, "COMMAND_EXECUTION_ERROR", message, began);
                return;
            }
            log_.say(fmt::format("Retrying phase {}: attempt {} of {}", record.name, tries + 2,
                                 phase.on_failure.attempts + 1));
            set_succeeding(succeeding_before);
        }
    } catch (const Interrupted&) {
        end_phase(log_, record, PhaseStatus::stopped, "BUILD_STOPPED", "the build was stopped", began);
        throw;
    }
}

std::string Phases::attempt(const Phase& phase)
{
    auto message = run_all(phase.commands, true);
    if (!message.empty() && !timed_out_) {
        set_succeeding(false);
    }
    if (timed_out_) {
        return message;
    }
    const auto in_finally = run_all(phase.finally, false);
    if (message.empty() && !in_finally.empty()) {
        message = in_finally;
        set_succeeding(false);
    }
    return message;
}

std::string Phases::run_all(const std::vector<ShellCommand>& commands, bool stop_at_failure)
{
    std::string first_failure;
    for (const auto& command : commands) {
        // As written after YAML; the line end that a block scalar ends with is the log's own.
        log_.say(fmt::format("Running command {}", command.text.substr(0, command.text.find_last_not_of('\n') + 1)));
        log_.keep_tail();
        const auto outcome = shell_.run(command.text);
        auto tail = log_.take_tail();
        if (std::holds_alternative<process::TimedOut>(outcome)) {
            timed_out_ = true;
            log_.say("Build timed out: the running command was ended");
            return fmt::format("Build has timed out while executing command: {}", trim(command.text));
        }
        if (process::shell_status(outcome) == 0) {
            continue;
        }
        log_.say(fmt::format("Command did not exit successfully {} {}", trim(command.text),
                             fmt::format("exit status {}", process::shell_status(outcome))));
        if (first_failure.empty()) {
            first_failure = failure_message(command.text, outcome);
            // Of a phase whose `commands` failed, it is not what `finally` printed that tells why.
            tail_ = tail_.empty() ? std::move(tail) : tail_;
        }
        if (stop_at_failure) {
            break;
        }
    }
    return first_failure;
}

bool Phases::may_retry(const Phase& phase, int attempt, const std::string& message)
{
    const auto& policy = phase.on_failure;
    if (policy.action != OnFailure::retry || attempt >= policy.attempts) {
        return false;
    }
    const auto pattern = compile_pattern(policy.pattern);
    return matches(message, pattern) || matches(tail_, pattern);
}

void Phases::set_succeeding(bool succeeding)
{
    if (succeeding != succeeding_) {
        succeeding_ = succeeding;
        shell_.set("CODEBUILD_BUILD_SUCCEEDING", succeeding ? "1" : "0");
    }
}

}  // namespace tinystacks::buildspec
