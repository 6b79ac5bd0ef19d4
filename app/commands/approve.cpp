#include "commands/deployment.hpp"
#include "commands/rollout.hpp"
#include "commands/values.hpp"
#include "view/deployment.hpp"

#include "base/text.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

namespace tinystacks::app::commands {
namespace {

struct Options : ProjectOptions {
    std::string stage;
    std::string message;
    RolloutFlags rollout;
    bool reject = false;
    bool record_only = false;
};

/// Why a message is none for people to read, or empty.
void check_message(const std::string& message)
{
    constexpr std::size_t most = 1000;
    if (message.size() > most || printable(message) != message) {
        throw Error(ErrorKind::usage, "--message is one line of at most {} bytes without control characters", most);
    }
}

/// Releases what waited, since nobody else goes on with it.
view::Report go_on(const Options& options, const deployment::Deployment& waiting, control::ControlPlane& plane,
                   const project::Project& project, Context& context)
{
    pipeline::DeployRequest request{source_at(options, waiting.commit, context.services), waiting.stage};
    request.resume = true;
    request.source.rollout = rollout_options(options.rollout, context.services);
    request.source.patience.approval = has_company(context);
    return carry_out_deployment(request, plane, project, context);
}

view::Report run(const Options& options, Context& context)
{
    check_message(options.message);
    const auto project = working_tree_project(options, context.services);
    check_stage(project, options.stage, context.services);
    auto& plane = context.services.control(project.control);
    using deployment::Decision;
    const auto decision = options.reject ? Decision::rejected : Decision::approved;
    const auto outcome = plane.approve({project, options.stage, decision, options.message});
    const auto& approval = outcome.approval;
    const auto said =
        fmt::format("{}: {} {} ({}) for stage {} of stack {}, as {}{}\n", plane.name(),
                    options.reject ? "rejected" : "approved", approval.commit.substr(0, 12), approval.digest,
                    approval.stage, project.stack, printable(approval.by), approval.verified ? "" : " (not verified)");
    const bool released_here = !options.reject && !options.record_only && !outcome.waiter;
    view::Report report;
    if (released_here) {
        context.err.write(said + "nobody waits for it any more: it is released from here\n");
        report = go_on(options, outcome.deployment, plane, project, context);
    } else {
        report.text = said;
        (*report.result)["deployments"] = nlohmann::json::array({view::to_json(outcome.deployment)});
        if (outcome.waiter) {
            report.notes.push_back(fmt::format("{} waited for this word and {}", printable(outcome.waiter->owner),
                                               options.reject ? "stops" : "goes on"));
        } else if (!options.reject) {
            report.notes.emplace_back("next: tinystacks deploy --resume");
        }
    }
    (*report.result)["approval"] = view::to_json(approval);
    (*report.result)["waiter"] = outcome.waiter ? nlohmann::json(outcome.waiter->owner) : nlohmann::json(nullptr);
    return report;
}

}  // namespace

void declare_approve(CLI::App& parent, const OnParsed& on_parsed)
{
    auto options = std::make_shared<Options>();
    auto* command = parent.add_subcommand("approve", "Let a waiting stage go on.")->group("Everyday");
    declare_project_option(*command, *options);
    command->add_option("--stage", options->stage, "The stage; else the only one that waits.")
        ->type_name("NAME")
        ->check(a_value());
    auto* reject = command->add_flag("--reject", options->reject, "Stop what waits instead.");
    command->add_option("--message", options->message, "Why, for everybody to read.")->type_name("TEXT");
    command
        ->add_flag("--record-only", options->record_only,
                   "When nobody waits any more, leave the release to the next `deploy --resume`.")
        ->excludes(reject);
    declare_rollout_flags(*command, options->rollout);
    command->callback(
        [options, on_parsed] { on_parsed([options](Context& context) { return run(*options, context); }); });
}

}  // namespace tinystacks::app::commands
