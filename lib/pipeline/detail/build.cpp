#include "pipeline/detail/build.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "pipeline/detail/buildspec.hpp"
#include "pipeline/detail/checks.hpp"
#include "pipeline/detail/runtime.hpp"
#include "pipeline/detail/turn.hpp"
#include "pipeline/detail/variables.hpp"

#include <map>

namespace tinystacks::pipeline {
namespace {

using TagDigests = std::map<std::string, LookUp>;

TagDigests stage_tags(Workspace& workspace)
{
    TagDigests tags;
    for (const auto& stage : workspace.project().stages) {
        tags[stage.name.str()] = workspace.look_up(workspace.image(), stage.name.str());
    }
    return tags;
}

/// What the image's tags must be after build.yml; why they are not, or empty.
std::string find_wrong_tag(Workspace& workspace, const TagDigests& before, registry::Digest& digest)
{
    const auto& image = workspace.image();
    auto client = workspace.client();
    const auto find = [&](const std::string& tag) {
        return client.find_digest(image, tag, workspace.run().interruption);
    };
    const auto commit = find(workspace.commit());
    const auto latest = find("latest");
    if (!commit || !latest) {
        return fmt::format("{} did not push {}:{}", workspace.project().build_file, image.str(),
                           commit ? "latest" : workspace.commit());
    }
    if (*commit != *latest) {
        return fmt::format("{} pushed two images: {} is {}, latest is {}", workspace.project().build_file,
                           workspace.commit(), *commit, *latest);
    }
    for (const auto& [stage, was] : before) {
        // A release of another run may have moved it meanwhile: only our image under it is proof.
        const auto is = was.asked ? find(stage) : std::nullopt;
        if (is == commit && is != was.digest) {
            return fmt::format("{} moved the tag '{}', which only a release of that stage may set",
                               workspace.project().build_file, stage);
        }
    }
    digest = *commit;
    return {};
}

BuildOutcome run_build(Workspace& workspace)
{
    const auto& project = workspace.project();
    const auto text = workspace.read(project.build_file, "tinystacks init");
    check_buildspec(text, project.build_file, Role::build, project);
    const auto before = stage_tags(workspace);
    BuildspecRun build;
    build.file = project.build_file;
    build.channel = log::Channel::build;
    build.immutable = build_variables(project, workspace.image());
    build.defaults = default_variables(workspace.image(), workspace.environment());
    const auto overrides = build_overrides(workspace);
    build.overrides.assign(overrides.begin(), overrides.end());
    BuildOutcome outcome;
    outcome.failure = run_buildspec(workspace, build);
    registry::Digest digest;
    if (outcome.failure.empty()) {
        outcome.failure = find_wrong_tag(workspace, before, digest);
    }
    if (outcome.failure.empty()) {
        outcome.image = Image{workspace.image().str(), workspace.commit(), digest};
    }
    return outcome;
}

/// The commit's image, when it has been built before. A registry that does not let us ask before build.yml or
/// release.yml has logged in is believed to have what the ledger says: a release checks its tag afterwards.
std::optional<registry::Digest> find_built(Workspace& workspace)
{
    const auto recorded = workspace.world().ledger.find_build(workspace.project().stack, workspace.commit());
    if (recorded && recorded->digest.empty()) {
        workspace.note(Severity::warning, "", "the last build of this commit did not end well: it is built again");
        return std::nullopt;
    }
    const auto there = workspace.look_up(workspace.image(), workspace.commit());
    if (there.asked) {
        return there.digest;
    }
    if (!recorded) {
        return std::nullopt;
    }
    workspace.note(Severity::warning, "",
                   fmt::format("{} wants a login, so nobody asked whether it still has the image that was built at {}",
                               workspace.image().host, to_rfc3339(recorded->built_at)),
                   fmt::format("docker login {}", workspace.image().host));
    return recorded->digest;
}

/// `latest` is ours to set: it names what the first stage is to get, whichever commit was built last.
void move_latest(Workspace& workspace, const registry::Digest& digest)
{
    const auto& image = workspace.image();
    const auto latest = workspace.look_up(image, "latest");
    if (latest.asked && latest.digest != digest) {
        workspace.client().copy(image, digest, image, "latest", workspace.run().interruption);
    }
}

}  // namespace

BuildOutcome build_image(Workspace& workspace, bool rebuild, Then then)
{
    const auto& clock = workspace.world().clock;
    auto& ledger = workspace.world().ledger;
    const auto& stack = workspace.project().stack;
    const auto turn = take_turn(workspace, "build", {});
    const auto record = [&](const std::string& digest) {
        ledger.record_build({stack, workspace.commit(), digest, workspace.run().id, clock(), then == Then::stages});
    };
    Step step(workspace, clock, "", "build");
    BuildOutcome outcome;
    const auto there = rebuild ? std::nullopt : find_built(workspace);
    if (there) {
        outcome.image = Image{workspace.image().str(), workspace.commit(), *there};
        outcome.skipped = true;
        move_latest(workspace, *there);
    } else {
        // Without a digest until it has ended well: what a failed build pushed is not taken for an image.
        record({});
        outcome = run_build(workspace);
    }
    outcome.seconds = step.seconds();
    if (!outcome.image) {
        step.end("FAILED", outcome.failure);
        return outcome;
    }
    const auto known = ledger.find_build(stack, workspace.commit());
    if (!outcome.skipped || !known || known->digest != outcome.image->digest) {
        record(outcome.image->digest);
    }
    step.end(outcome.skipped ? "SKIPPED" : "SUCCEEDED",
             outcome.skipped ? fmt::format("{} holds the image of {} already", workspace.image().str(),
                                           workspace.commit().substr(0, 12))
                             : std::string());
    return outcome;
}

BuildOutcome build(const BuildRequest& request, World& world, const Run& run)
{
    Workspace workspace(request.source, world, run);
    return build_image(workspace, request.rebuild, Then::nothing);
}

int exit_code(const BuildOutcome& outcome)
{
    return outcome.image ? 0 : 10;
}

}  // namespace tinystacks::pipeline
