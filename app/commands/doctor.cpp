#include "commands/commands.hpp"

#include "base/text.hpp"
#include "docker/engine.hpp"
#include "process/launcher.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <array>

namespace tinystacks::app::commands {
namespace {

struct Need {
    std::string_view program;
    std::string_view purpose;
    std::string_view package;  ///< Debian's
    bool always;               ///< no pipeline works without it
};

constexpr std::array needs = {
    Need{"git", "checkouts of commits", "git", true},
    Need{"docker", "building images and running docker stages", "docker.io", true},
    Need{"docker-registry", "stacks without `image:`; else registry:2 runs in a container", "docker-registry", false},
    Need{"bash", "buildspec commands as AWS CodeBuild runs them; else /bin/sh does", "bash", false},
    Need{"aws", "stages on AWS, parameter-store and secrets-manager", "awscli", false},
    Need{"jq", "releases to Amazon ECS", "jq", false},
};

struct Found {
    std::string name;
    std::string purpose;
    std::string where;  ///< empty when it is missing
    std::string hint;
    bool always = false;
};

Found look_for(const Need& need, const Services& services)
{
    Found found{std::string(need.program), std::string(need.purpose), {}, {}, need.always};
    if (const auto path = process::find_program(need.program, services.environment())) {
        found.where = path->string();
    } else {
        found.hint = fmt::format("apt-get install {}", need.package);
    }
    return found;
}

Found look_for_engine(const Services& services)
{
    Found found{"docker engine", "building images and running docker stages", {}, {}, true};
    const auto launcher = services.make_launcher()();
    try {
        docker::Engine(*launcher, services.environment()).require();
        found.where = "answers";
    } catch (const Error& error) {
        found.hint = error.hint();
    }
    return found;
}

view::Report run(Context& context)
{
    const auto& services = context.services;
    std::vector<Found> all;
    for (const auto& need : needs) {
        all.push_back(look_for(need, services));
    }
    all.push_back(look_for_engine(services));
    const auto registry = context.services.embedded().registry();
    all.push_back(
        {"machine's registry", "stacks without `image:`; a deploy starts it when one needs it", registry, {}, false});
    view::Report report;
    auto checks = nlohmann::json::array();
    for (const auto& found : all) {
        const auto missing = found.where.empty();
        report.text += fmt::format("{} {}: {}\n", missing ? (found.always ? "MISSING" : "no     ") : "found  ",
                                   found.name, missing ? "for " + found.purpose : found.where);
        if (missing && !found.hint.empty()) {
            report.text += "  try: " + found.hint + "\n";
        }
        if (missing && found.always && !report.error) {
            report.error =
                Error(ErrorKind::unavailable, "{} is missing: it is needed for {}", found.name, found.purpose)
                    .with_hint(found.hint);
            report.exit_code = exit_code(report.error->kind());
        }
        checks.push_back({{"name", found.name},
                          {"purpose", found.purpose},
                          {"required", found.always},
                          {"found", missing ? nlohmann::json(nullptr) : nlohmann::json(found.where)},
                          {"hint", found.hint.empty() ? nlohmann::json(nullptr) : nlohmann::json(found.hint)}});
    }
    (*report.result)["checks"] = std::move(checks);
    return report;
}

}  // namespace

void declare_doctor(CLI::App& parent, const OnParsed& on_parsed)
{
    auto* command =
        parent.add_subcommand("doctor", "Say what is missing on this machine, and how to get it.")->group("The rest");
    command->callback([on_parsed] { on_parsed([](Context& context) { return run(context); }); });
}

}  // namespace tinystacks::app::commands
