#include "deployment/cause.hpp"

#include "deployment/detail/cause_table.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace tinystacks::deployment {
namespace {

using detail::Exit;
using detail::Lines;
using detail::Rule;

// In the order of the enumerators.
constexpr std::array places = {"task",    "event",    "target",     "rollout",   "log",
                               "refusal", "function", "invocation", "container", "pipeline"};
constexpr std::array certainties = {"first", "second", "third", "persistent", "symptom"};
constexpr std::array gravities = {"fatal", "wait", "noise"};

/// The tables in one piece, put together when the first one asks.
struct Catalogue {
    std::vector<Cause> causes;
    std::vector<Rule> rules;  ///< one for each

    Catalogue()
    {
        for (const auto table :
             {detail::task_start_causes(), detail::task_end_causes(), detail::event_causes(), detail::rollout_causes(),
              detail::refusal_causes(), detail::lambda_causes(), detail::own_causes()}) {
            for (const auto& entry : table) {
                causes.push_back(entry.cause);
                rules.push_back(entry.rule);
            }
        }
    }
};

const Catalogue& catalogue()
{
    static const Catalogue all;
    return all;
}

bool fits(const Rule& rule, const Lines& lines)
{
    return rule.exit == Exit::any && lines.match(rule);
}

/// A task's own words count only where its code does not tell more: an exit code means something when AWS says that
/// the container ended by itself, or says nothing.
bool fits(const Rule& rule, const TaskEnd& end, const Lines& lines)
{
    if (rule.exit != Exit::any) {
        const bool by_itself = end.stop_code.empty() ? lines.match(rule) : end.stop_code == rule.stop_code;
        return by_itself && detail::is_of(rule.exit, end.exit_code);
    }
    return (!rule.stop_code.empty() && end.stop_code == rule.stop_code) || lines.match(rule);
}

template <typename Fits>
const Cause* first_of(Place place, const Fits& fits_rule)
{
    const auto& all = catalogue();
    for (std::size_t i = 0; i < all.causes.size(); ++i) {
        if ((all.causes[i].place == place || all.rules[i].also == place) && fits_rule(all.rules[i])) {
            return &all.causes[i];
        }
    }
    return nullptr;
}

}  // namespace

std::span<const Cause> causes()
{
    return catalogue().causes;
}

const Cause* find_cause(std::string_view id)
{
    const auto all = causes();
    const auto found = std::ranges::find(all, id, &Cause::id);
    return found == all.end() ? nullptr : &*found;
}

std::string_view to_string(Place place)
{
    return places.at(static_cast<std::size_t>(place));
}

std::string_view to_string(Certainty certainty)
{
    return certainties.at(static_cast<std::size_t>(certainty));
}

std::string_view to_string(Gravity gravity)
{
    return gravities.at(static_cast<std::size_t>(gravity));
}

const Cause* recognise(Place place, std::string_view text)
{
    const bool from_end = place == Place::log && text.size() > Lines::limit;
    const Lines lines(from_end ? text.substr(text.size() - Lines::limit) : text);
    return first_of(place, [&](const Rule& rule) { return fits(rule, lines); });
}

const Cause* recognise(const TaskEnd& end, std::string_view text)
{
    const Lines lines(text);
    const auto* cause = first_of(Place::task, [&](const Rule& rule) { return fits(rule, end, lines); });
    const bool crashed = cause != nullptr && cause->id == detail::command_not_run().id;
    return crashed && detail::is_of(Exit::not_run, end.exit_code) ? &detail::command_not_run() : cause;
}

Verdict failed(const Cause& cause, Evidence evidence)
{
    auto verdict =
        failed(std::string(cause.id), cause.owner, std::string(cause.sentence), std::string(cause.hint), evidence.at);
    verdict.evidence.push_back(std::move(evidence));
    return verdict;
}

}  // namespace tinystacks::deployment
