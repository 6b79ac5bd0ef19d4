#include "deployment/detail/observer.hpp"

#include "base/text.hpp"
#include "deployment/detail/reply.hpp"

#include <algorithm>

namespace tinystacks::deployment {
namespace {

/// Calls a second: 120 a minute are the budget, with room for those of the release.
constexpr double rate = 1.75;
constexpr double burst = 6;
/// So often must an operation fail in a row before it counts as one that cannot be used.
constexpr int hopeless = 3;

/// Whether asking again is of no use.
bool is_lasting(const aws::Refusal& refusal)
{
    return refusal.kind() == ErrorKind::not_allowed || refusal.kind() == ErrorKind::not_found ||
           refusal.kind() == ErrorKind::conflict || refusal.kind() == ErrorKind::invalid_input ||
           (refusal.status() >= 400 && refusal.status() < 429 && refusal.kind() == ErrorKind::failed &&
            refusal.code().find("hrottl") == std::string::npos);
}

}  // namespace

void Observer::keep_pace(const Interruption& interruption)
{
    for (;;) {
        const auto now = std::chrono::steady_clock::now();
        tokens_ = std::min(burst, tokens_ + rate * std::chrono::duration<double>(now - filled_).count());
        filled_ = now;
        if (tokens_ >= 1) {
            tokens_ -= 1;
            return;
        }
        lookout_.wait(std::chrono::milliseconds(static_cast<long>(1000 * (1 - tokens_) / rate) + 1), interruption);
    }
}

nlohmann::json Observer::ask(const std::string& operation, const Ask& ask, const Interruption& interruption)
{
    keep_pace(interruption);
    try {
        auto answer = ask(interruption);
        failures_[operation] = 0;
        if (told_of_loss_) {
            told_of_loss_ = false;
            note(Severity::warning, "AWS answers again");
        }
        observe({now(), operation, answer});
        return answer;
    } catch (const aws::Refusal& refusal) {
        const bool hopelessly = ++failures_[operation] >= hopeless;
        if (refusal.kind() == ErrorKind::unauthenticated && hopelessly) {
            throw;
        }
        // A passing trouble is no answer; one that lasts is.
        if (is_lasting(refusal) || hopelessly) {
            observe({now(), operation, {{"__type", refusal.code()}, {"message", refusal.words()}}});
        }
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::unauthenticated) {
            throw;
        }
        if (!told_of_loss_) {
            told_of_loss_ = true;
            note(Severity::warning, fmt::format("AWS does not answer: {}; the rollout goes on there", error.message()));
        }
    }
    return nullptr;
}

void Observer::observe(Observation observation)
{
    keep(observation);
    judge_.observe(observation);
}

/// A full disk is no reason to leave a rollout unwatched.
void Observer::keep(const Observation& observation)
{
    if (!lookout_.record) {
        return;
    }
    try {
        lookout_.record(observation);
    } catch (const Error& error) {
        lookout_.record = nullptr;
        note(Severity::warning, fmt::format("the record is not kept any further: {}", error.message()), error.hint());
    }
}

void Observer::changed(const std::string& kind, const std::string& name, const std::string& status,
                       const std::string& detail)
{
    if (said_.insert(fmt::format("{}\n{}\n{}\n{}", kind, name, status, detail)).second) {
        lookout_.sink.write({now(), lookout_.stage, log::ResourceChanged{kind, name, status, detail}});
    }
}

void Observer::note(Severity severity, const std::string& message, const std::string& hint)
{
    lookout_.sink.write({now(), lookout_.stage, log::Note{severity, {}, message, hint}});
}

void Observer::tell(const Judgement& judgement)
{
    if (judgement.finding && judgement.finding->cause != cause_) {
        cause_ = judgement.finding->cause;
        const auto& words = judgement.finding->evidence.empty() ? std::string() : judgement.finding->evidence[0].text;
        note(Severity::warning, fmt::format("{}: {}: {}", cause_, judgement.finding->sentence, printable(words)));
    }
    if (judgement.progress != progress_) {
        progress_ = judgement.progress;
        lookout_.sink.write({now(), lookout_.stage, log::WaitingFor{progress_, {}}});
    }
}

Verdict Observer::follow(std::chrono::milliseconds interval, const std::function<void()>& look, const Act& act,
                         const Interruption& interruption)
{
    began_ = std::chrono::steady_clock::now();
    for (;;) {
        const auto round = std::chrono::steady_clock::now();
        look();
        const auto judgement = judge_.judgement();
        tell(judgement);
        if (judgement.verdict) {
            return *judgement.verdict;
        }
        if (judgement.advice != Advice::watch) {
            if (auto verdict = act(judgement)) {
                return *verdict;
            }
        }
        if (waited(lookout_.limit)) {
            return judge_.out_of_time(now());
        }
        const auto spent =
            std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - round);
        if (spent < interval) {
            lookout_.wait(interval - spent, interruption);
        }
    }
}

}  // namespace tinystacks::deployment
