#include "deployment/detail/container_verdict.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace tinystacks::deployment {
namespace {

Verdict with_log(Verdict verdict, const ContainerSeen& seen, Time now)
{
    for (const auto& line : seen.lines) {
        verdict.evidence.push_back({"container log", now, to_utf8(line)});
    }
    return verdict;
}

bool mentions(const std::vector<std::string>& lines, std::string_view words)
{
    return std::ranges::any_of(lines, [&](const auto& line) { return line.find(words) != std::string::npos; });
}

std::string logs_hint(const ContainerSpec& spec)
{
    return fmt::format("tinystacks logs runtime --stage {}", spec.stage);
}

Verdict wrong_architecture(Time now)
{
    return failed("docker.exec_format", Owner::application,
                  "the image is for another processor architecture than this machine's",
                  "docker build --platform linux/amd64 .", now);
}

Verdict command_not_found(std::string words, Time now)
{
    return failed("docker.command_not_found", Owner::application,
                  fmt::format("the image's command cannot be started: {}", words),
                  "check CMD and ENTRYPOINT in the Dockerfile", now);
}

}  // namespace

Verdict judge_ended(const ContainerSpec& spec, const ContainerSeen& seen, Time now)
{
    const auto code = seen.container.exit_code;
    Verdict verdict;
    if (seen.container.out_of_memory) {
        verdict = failed("docker.out_of_memory", Owner::application, "the container ran out of memory and was killed",
                         logs_hint(spec), now);
    } else if (mentions(seen.lines, "exec format error")) {
        verdict = wrong_architecture(now);
    } else if (code == 126 || code == 127) {
        verdict = command_not_found(fmt::format("exit status {}", code), now);
    } else if (code == 0) {
        verdict = failed("docker.exit.zero", Owner::application,
                         "the container ended by itself with success; a service must keep running",
                         "let CMD run the server in the foreground", now);
    } else {
        verdict = failed("docker.exit.nonzero", Owner::application,
                         fmt::format("the container crashed with exit status {}", code), logs_hint(spec), now);
    }
    verdict.evidence.push_back(
        {"docker", now, fmt::format("{} {}, exit status {}", seen.container.name, seen.container.state, code)});
    return with_log(std::move(verdict), seen, now);
}

Verdict judge_silent(const ContainerSpec& spec, const ContainerSeen& seen, Time now)
{
    const bool answered = seen.probe.starts_with("status");
    auto verdict =
        answered
            ? failed("docker.health.failing", Owner::application,
                     fmt::format("the health path {} answers with {}", spec.health, seen.probe),
                     fmt::format("curl -i http://127.0.0.1:{}{}", spec.port, spec.health), now)
            : failed(
                  "docker.port.silent", Owner::application,
                  fmt::format("nothing answers on port {} of the container: {}", spec.container_port, seen.probe),
                  "let the application listen on 0.0.0.0 and on the port that tinystacks.yml names as container_port",
                  now);
    verdict.evidence.push_back({"probe", now, seen.probe});
    return with_log(std::move(verdict), seen, now);
}

Verdict judge_not_started(const ContainerSpec& spec, const Error& error, Time now)
{
    const auto& words = error.message();
    Verdict verdict;
    if (error.kind() == ErrorKind::conflict) {
        verdict = judge_port_taken(spec, now);
    } else if (words.find("exec format error") != std::string::npos) {
        verdict = wrong_architecture(now);
    } else if (words.find("executable file not found") != std::string::npos ||
               words.find("no such file or directory") != std::string::npos ||
               words.find("permission denied") != std::string::npos) {
        verdict = command_not_found(words, now);
    } else {
        verdict = failed("docker.start.refused", Owner::undecided,
                         fmt::format("docker cannot start the container: {}", words), error.hint(), now);
    }
    verdict.evidence.push_back({"docker", now, words});
    return verdict;
}

Verdict judge_no_image(const ContainerSpec& spec, const Error& error, Time now)
{
    auto verdict = failed("docker.image.not_found", Owner::infrastructure,
                          fmt::format("the image {} cannot be pulled: {}", spec.image, error.message()),
                          "tinystacks deploy --rebuild", now);
    verdict.evidence.push_back({"docker", now, error.message()});
    return verdict;
}

Verdict judge_removed(const ContainerSpec& spec, const std::string& name, Time now)
{
    return failed("docker.container.removed", Owner::operator_,
                  fmt::format("the container {} was removed while tinystacks waited for it to answer", name),
                  fmt::format("tinystacks deploy --stage {}", spec.stage), now);
}

Verdict judge_port_taken(const ContainerSpec& spec, Time now)
{
    return failed(
        "docker.port.in_use", Owner::infrastructure,
        fmt::format("port {} of this machine is in use by something that is not this stage", spec.port),
        fmt::format("choose another port for stage {} in tinystacks.yml, or see who has it: ss -ltnp 'sport = :{}'",
                    spec.stage, spec.port),
        now);
}

}  // namespace tinystacks::deployment
