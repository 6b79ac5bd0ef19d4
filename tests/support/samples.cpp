#include "tests/support/samples.hpp"

namespace tinystacks::support {

deployment::Deployment running_deployment(const std::string& id, const std::string& run)
{
    deployment::Deployment deployment;
    deployment.id = id;
    deployment.run = run;
    deployment.stack = "shop";
    deployment.stage = "dev";
    deployment.target = "docker";
    deployment.commit = "0123456789abcdef0123456789abcdef01234567";
    deployment.digest = "sha256:abc";
    deployment.started_at = Time(std::chrono::milliseconds(1795521600250));
    deployment.phases = {{"build", "SUCCEEDED", 12.5}, {"release", "", 0}};
    return deployment;
}

deployment::Deployment ended_deployment(const std::string& id, const std::string& run)
{
    auto deployment = running_deployment(id, run);
    deployment.state = deployment::State::ended;
    deployment.url = "http://127.0.0.1:8001/";
    deployment.ended_at = deployment.started_at + std::chrono::seconds(30);
    deployment.phases.back() = {"release", "SUCCEEDED", 3.25};
    deployment.verdict.outcome = deployment::Outcome::succeeded;
    deployment.verdict.sentence = "the container answers";
    deployment.verdict.certain_at = deployment.ended_at;
    deployment.verdict.evidence = {{"docker", *deployment.ended_at, "running"}};
    return deployment;
}

}  // namespace tinystacks::support
