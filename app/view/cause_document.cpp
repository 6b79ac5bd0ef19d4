#include "view/cause.hpp"

#include "base/text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

namespace tinystacks::app::view {
namespace {

using deployment::Cause;
using deployment::Certainty;
using deployment::Gravity;
using deployment::Place;

constexpr std::string_view head = R"(# Why a deployment fails

What `tinystacks explain ID` says of each cause, in one piece. The id stands in messages and in JSON (`verdict.cause`) and does not change. This file is made by `tinystacks explain --markdown` from the table in `lib/deployment`; a test fails when it is not current.

## When a cause is certain

A cause that was seen is not yet a verdict. Some faults cannot heal: an image that does not exist will not exist on the next try. Others look the same when IAM has not yet heard of a new role, or when a network was gone for a second. So each cause says how often it must be seen, by tasks of this deployment only; a healthy task in between begins the count anew.

| certain | when | such as |
|---|---|---|
| `first` | at once: the words name a fixed fact of this release, or AWS itself has ended | image not found, wrong architecture, command not found, a refused call |
| `second` | two tasks (or two events, two calls) ended in the same way and none is healthy | a crash, out of memory, a denied secret, no way to the registry |
| `third` | three did | tasks that do not start without a reason |
| `persistent` | two minutes after it was seen no new task was made | no room, no free port: AWS says such a thing once and then again only after six hours |
| `symptom` | never by itself: it says that, not why | the circuit breaker; the tasks tell the cause |

A cause that is certain ends the watching only when it is *fatal*. One that *may pass* is told while it lasts, and becomes the verdict when the time given is over. What stands under "no fault" is part of good rollouts and never a verdict's cause.

## Who owns it

`application` is the vendor's: what this release chose (image, command, variables, health path, the names of secrets). `infrastructure` is the account's: capacity, network, permissions, quotas, AWS. `operator` is a person's act or another deployment. `undecided` is what the evidence leaves open; then look whether the old version still does well in the same place: if it does, it is the release. What is written here is the owner unless the evidence of a deployment says otherwise.

A hint's words in capitals (IMAGE, REGION) are filled in where a deployment is known.
)";

struct Chapter {
    Place place;
    std::string_view title;
};

constexpr std::array chapters = {
    Chapter{Place::task, "Tasks of ECS that stopped"},
    Chapter{Place::event, "Events of an ECS service"},
    Chapter{Place::target, "Health of a load balancer's targets"},
    Chapter{Place::rollout, "The rollout of an ECS service"},
    Chapter{Place::log, "Words in the log"},
    Chapter{Place::refusal, "Calls that AWS refused"},
    Chapter{Place::function, "State of a Lambda function"},
    Chapter{Place::invocation, "What a call of a Lambda function gave"},
    Chapter{Place::container, "Containers on this machine"},
    Chapter{Place::pipeline, "Steps of the pipeline"},
};

bool is_command(std::string_view hint)
{
    constexpr std::array programs = {"aws ", "docker ", "tinystacks ", "curl ", "ss ", "COPY "};
    return std::ranges::any_of(programs, [&](std::string_view program) { return hint.starts_with(program); });
}

std::string sentence_of(const Cause& cause)
{
    std::string text(cause.sentence);
    // A name in front stays as it is written.
    const bool is_name = text.starts_with("docker ") || text.find('.') < text.find(' ');
    if (!is_name) {
        text.front() = to_upper(text.substr(0, 1)).front();
    }
    return text + ".";
}

std::string section(const Cause& cause)
{
    auto text = fmt::format("\n### {}\n\n{} ", cause.id, sentence_of(cause));
    text += cause.gravity == Gravity::noise
                ? std::string("No fault.")
                : fmt::format("Owner: {}. Certain: {}{}.", deployment::to_string(cause.owner),
                              deployment::to_string(cause.certainty),
                              cause.gravity == Gravity::wait ? "; may pass by itself" : "");
    text += fmt::format("\n\n{}\n\n", cause.explanation);
    if (!cause.hint.empty()) {
        const auto hint = with_names(cause.hint);
        text += is_command(hint) ? fmt::format("Try: `{}`\n\n", hint) : fmt::format("Try: {}\n\n", hint);
    }
    return text + fmt::format("Source: {}.\n", cause.source);
}

}  // namespace

std::string causes_document()
{
    std::string text(head);
    for (const auto& chapter : chapters) {
        text += fmt::format("\n## {}\n", chapter.title);
        for (const bool noise : {false, true}) {
            for (const auto& cause : deployment::causes()) {
                if (cause.place == chapter.place && (cause.gravity == Gravity::noise) == noise) {
                    text += section(cause);
                }
            }
        }
    }
    return text;
}

}  // namespace tinystacks::app::view
