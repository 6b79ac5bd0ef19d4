#include "deployment/detail/cause_table.hpp"

namespace tinystacks::deployment::detail {
namespace {

constexpr std::string_view docker = "ours: the docker target; docker run(1), Exit Status";
constexpr std::string_view logs = "tinystacks logs runtime";

constexpr Entry entries[] = {
    // A stage on the Docker engine of this machine.
    {{"docker.image.not_found", Place::container, Certainty::first, Gravity::fatal, Owner::infrastructure,
      "the image cannot be pulled", "tinystacks deploy --rebuild",
      "The registry does not have the digest any more, or does not answer this machine's Docker engine. The machine's "
      "own registry is started when it is needed; `tinystacks doctor` shows it.",
      "ours: the docker target"}},
    {{"docker.exec_format", Place::container, Certainty::first, Gravity::fatal, Owner::application,
      "the image is for another processor architecture than this machine's", "docker build --platform linux/amd64 .",
      "The kernel could not run the program in the image. Build on or for this machine's architecture. A script "
      "without "
      "a #! line gives the same message.",
      docker}},
    {{"docker.command_not_found", Place::container, Certainty::first, Gravity::fatal, Owner::application,
      "the image's command cannot be started", "check CMD and ENTRYPOINT in the Dockerfile",
      "The command is not in the image (exit status 127), or is no program that may be executed (126).", docker}},
    {{"docker.start.refused", Place::container, Certainty::first, Gravity::fatal, Owner::undecided,
      "docker cannot start the container", "docker info",
      "The engine refused for a reason of its own, which is shown: a full disk, a network that is gone, a kernel "
      "without "
      "something that it needs.",
      "ours: the docker target"}},
    {{"docker.out_of_memory", Place::container, Certainty::first, Gravity::fatal, Owner::application,
      "the container ran out of memory and was killed", logs,
      "The kernel ended it with SIGKILL, and the engine says that memory was the reason. Let the application take "
      "less, "
      "or free memory on this machine.",
      docker}},
    {{"docker.exit.zero", Place::container, Certainty::first, Gravity::fatal, Owner::application,
      "the container ended by itself with success; a service must keep running",
      "let CMD run the server in the foreground",
      "The main process is over, so the container is. A start script that puts the server into the background is the "
      "usual reason.",
      docker}},
    {{"docker.exit.nonzero", Place::container, Certainty::first, Gravity::fatal, Owner::application,
      "the container crashed", logs,
      "The program ended with an exit status of its own. The last lines of its log are shown; a missing variable or "
      "service is what they mostly tell. The container that ran before runs again.",
      docker}},
    {{"docker.health.failing", Place::container, Certainty::first, Gravity::fatal, Owner::application,
      "the health path answers with an error status", "curl -i http://127.0.0.1:PORT/PATH",
      "The application took the connection and answered neither 2xx nor 3xx until the time was over. Compare `health` "
      "of "
      "the stage with the paths that the application has.",
      "ours: the docker target"}},
    {{"docker.port.silent", Place::container, Certainty::first, Gravity::fatal, Owner::application,
      "nothing answers on the container's port",
      "let the application listen on 0.0.0.0 and on the port that tinystacks.yml names as container_port",
      "The container runs, and no connection to its port succeeds. A server that listens on 127.0.0.1 inside the "
      "container cannot be reached from outside.",
      "ours: the docker target"}},
    {{"docker.port.in_use", Place::container, Certainty::first, Gravity::fatal, Owner::infrastructure,
      "the stage's port of this machine is in use by something else", "ss -ltnp",
      "Another program or another stage listens there. Give the stage another port in tinystacks.yml, or end that "
      "program.",
      "ours: the docker target"}},
    {{"docker.container.removed", Place::container, Certainty::first, Gravity::fatal, Owner::operator_,
      "somebody removed the container while it was waited for", "tinystacks deploy",
      "The container vanished between two looks: `docker rm`, `docker system prune` or `tinystacks down`. Deploy "
      "again.",
      "ours: the docker target"}},

    // Steps of the pipeline.
    {{"release.failed", Place::pipeline, Certainty::first, Gravity::fatal, Owner::undecided, "release.yml failed",
      "tinystacks logs release",
      "A command of release.yml ended with an error; its log shows which. What it did before that is not undone. It "
      "may "
      "be the vendor's script, a permission, or AWS.",
      "ours: the release step"}},
    {{"release.tag", Place::pipeline, Certainty::first, Gravity::fatal, Owner::application,
      "release.yml ended well, but did not give the stage's tag to the promoted image",
      "let it pull, tag and push $ECR_IMAGE_URL@$IMAGE_DIGEST",
      "After a release the tag named like the stage must name the digest that was promoted, since the next stage "
      "starts "
      "from it. A release.yml that builds anew, or tags something else, breaks that.",
      "ours: the release step"}},
    {{"test.failed", Place::pipeline, Certainty::first, Gravity::fatal, Owner::application, "the stage's test failed",
      "tinystacks logs deployment",
      "The new version runs, but the buildspec that the stage names as `test` ended with an error. The log shows its "
      "output; later stages are not tried.",
      "ours: the test of a stage"}},
};

}  // namespace

std::span<const Entry> own_causes()
{
    return entries;
}

}  // namespace tinystacks::deployment::detail
