#include "pipeline/detail/release.hpp"

#include "base/error.hpp"
#include "pipeline/detail/buildspec.hpp"
#include "pipeline/detail/checks.hpp"
#include "pipeline/detail/rollout.hpp"
#include "pipeline/detail/runtime.hpp"
#include "pipeline/detail/variables.hpp"

namespace tinystacks::pipeline {
namespace {

using deployment::Outcome;
using deployment::Verdict;

/// Whether a refusal may be another moment's: an update that goes on, permissions that are not known everywhere
/// yet.
bool passes(const std::string& cause)
{
    return cause == "lambda.busy" || cause == "lambda.image.denied" || cause == "lambda.throttled";
}

/// Whether a stage's tag names what a deployment of ours tried last, without success: a crash kept it from moving
/// back.
bool is_left_over(Workspace& workspace, const std::string& stage, const std::optional<registry::Digest>& digest)
{
    const auto last = workspace.world().ledger.history(workspace.project().stack, stage, 1);
    return !last.empty() && last.front().digest == digest && last.front().target == "docker" &&
           last.front().verdict.outcome != Outcome::succeeded;
}

/// The stage's own repository, where it has one, and the stack's.
std::vector<registry::Repository> repositories_of(Workspace& workspace, const stage::Stage& stage)
{
    std::vector<registry::Repository> repositories = {workspace.image()};
    if (auto regional = find_regional_image(workspace.image(), stage)) {
        repositories.push_back(std::move(*regional));
    }
    return repositories;
}

}  // namespace

deployment::ContainerSpec container_of(Workspace& workspace, const stage::Stage& stage, const Promoted& promoted,
                                       const std::string& deployment)
{
    const auto& target = std::get<stage::DockerTarget>(stage.target);
    deployment::ContainerSpec spec;
    spec.stack = workspace.project().stack;
    spec.stage = stage.name.str();
    spec.deployment = deployment;
    spec.commit = promoted.commit;
    spec.digest = promoted.digest;
    spec.image = workspace.image().str() + "@" + promoted.digest;
    spec.port = target.port;
    spec.container_port = target.container_port;
    spec.health = stage.health;
    spec.environment = plain_values(runtime_variables(workspace, stage), spec.stage);
    return spec;
}

deployment::ContainerTarget container_target(Workspace& workspace)
{
    auto& world = workspace.world();
    return {{world.make_launcher, workspace.environment(), world.transport, world.clock}, workspace.run().sink};
}

void check_previous_tag(Workspace& workspace, const stage::Stage& stage, const Promoted& promoted)
{
    const auto& project = workspace.project();
    const auto& image = workspace.image();
    const auto previous = project.previous(stage.name.str());
    const auto found = workspace.look_up(image, previous);
    if (!found.asked) {
        workspace.note(Severity::warning, stage.name.str(),
                       fmt::format("{} wants a login, so {}:{} is checked only after {}", image.host, image.str(),
                                   previous, project.release_file),
                       fmt::format("docker login {}", image.host));
    } else if (found.digest != promoted.digest && is_left_over(workspace, previous, found.digest)) {
        workspace.client().copy(image, promoted.digest, image, previous, workspace.run().interruption);
    } else if (found.digest != promoted.digest) {
        throw Error(ErrorKind::conflict, "{}:{} names {}, not the {} that was recorded", image.str(), previous,
                    found.digest.value_or("nothing"), promoted.digest)
            .with_hint(previous == "latest" ? "tinystacks deploy"
                                            : fmt::format("tinystacks deploy --stage {}", previous));
    }
}

void copy_to_region(Workspace& workspace, const stage::Stage& stage, const Promoted& promoted)
{
    const auto regional = find_regional_image(workspace.image(), stage);
    if (!regional) {
        return;
    }
    try {
        auto client = workspace.client();
        if (client.find_digest(*regional, promoted.commit, workspace.run().interruption) != promoted.digest) {
            client.copy(workspace.image(), promoted.digest, *regional, promoted.commit, workspace.run().interruption);
        }
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::unauthenticated && error.kind() != ErrorKind::not_allowed) {
            throw;
        }
        workspace.note(Severity::warning, stage.name.str(),
                       fmt::format("copying the image to {} is left to {}: {}", regional->str(),
                                   workspace.project().release_file, error.message()),
                       error.hint());
    }
}

std::optional<Verdict> run_release(Workspace& workspace, const stage::Stage& stage, const Promoted& promoted,
                                   Rollout* rollout)
{
    const auto& project = workspace.project();
    const auto& image = workspace.image();
    BuildspecRun release;
    release.file = project.release_file;
    release.channel = log::Channel::release;
    release.stage = stage.name.str();
    release.immutable = release_variables(project, image, stage);
    if (rollout != nullptr) {
        release.environment = stage_environment(workspace, stage, rollout->session());
    }
    release.defaults = default_variables(image, rollout != nullptr ? release.environment : workspace.environment());
    release.defaults["IMAGE_DIGEST"] = promoted.digest;
    check_buildspec(workspace.read(release.file, "tinystacks init"), release.file, Role::release, project);
    for (;; ++release.attempt) {
        std::string output;
        release.last_output = &output;
        const auto why = run_buildspec(workspace, release);
        if (why.empty()) {
            return std::nullopt;
        }
        auto verdict = deployment::failed("release.failed", deployment::Owner::undecided, why,
                                          fmt::format("tinystacks logs release --stage {}", stage.name.str()),
                                          workspace.clock()());
        if (auto known = rollout == nullptr ? std::nullopt : find_refusal_in(output, workspace.clock()())) {
            verdict = std::move(*known);
        }
        if (release.attempt > 1 || !passes(verdict.cause)) {
            return verdict;
        }
        constexpr auto patience = std::chrono::seconds(10);
        workspace.note(Severity::warning, stage.name.str(),
                       fmt::format("{}: {}; once more in 10 s", verdict.cause, verdict.sentence));
        http::real_patience().wait(patience, workspace.run().interruption);
    }
}

std::optional<Verdict> check_stage_tag(Workspace& workspace, const stage::Stage& stage, const Promoted& promoted)
{
    const auto regional = find_regional_image(workspace.image(), stage);
    for (const auto& image : {std::optional(workspace.image()), regional}) {
        if (!image) {
            continue;
        }
        const auto tagged = workspace.client().find_digest(*image, stage.name.str(), workspace.run().interruption);
        // docker pushes a manifest of its own to another registry; within one the digest must be the promoted one.
        const bool wrong = image == regional ? !tagged : tagged != promoted.digest;
        if (wrong) {
            return deployment::failed("release.tag", deployment::Owner::application,
                                      fmt::format("{} ended well, but {}:{} names {}, not {}",
                                                  workspace.project().release_file, image->str(), stage.name.str(),
                                                  tagged.value_or("nothing"), promoted.digest),
                                      "let it pull, tag and push $ECR_IMAGE_URL@$IMAGE_DIGEST", workspace.clock()());
        }
    }
    return std::nullopt;
}

void move_stage_tag(Workspace& workspace, const stage::Stage& stage, const Promoted& promoted)
{
    auto client = workspace.client();
    for (const auto& repository : repositories_of(workspace, stage)) {
        if (client.find_digest(repository, stage.name.str(), workspace.run().interruption) != promoted.digest) {
            client.copy(workspace.image(), promoted.digest, repository, stage.name.str(), workspace.run().interruption);
        }
    }
}

void restore_stage_tag(Workspace& workspace, const stage::Stage& stage, const Promoted& tried)
{
    const auto current = workspace.world().ledger.find_current(workspace.project().stack, stage.name.str());
    if (!current || current->digest == tried.digest) {
        return;
    }
    try {
        auto client = workspace.client();
        if (client.find_digest(workspace.image(), stage.name.str()) == tried.digest) {
            client.copy(workspace.image(), current->digest, workspace.image(), stage.name.str());
        }
    } catch (const Error& error) {
        workspace.note(Severity::warning, stage.name.str(),
                       fmt::format("the tag '{}' still names what failed: {}", stage.name.str(), error.message()));
    }
}

void require_engine(Workspace& workspace, const std::string& stage)
{
    for (const auto& each : workspace.project().stages) {
        if (std::holds_alternative<stage::DockerTarget>(each.target) && (stage.empty() || each.name.str() == stage)) {
            container_target(workspace).require();
            return;
        }
    }
}

}  // namespace tinystacks::pipeline
