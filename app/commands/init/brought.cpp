#include "commands/init/brought.hpp"

#include "view/detection.hpp"

#include "base/text.hpp"
#include "dockerfile/check.hpp"
#include "dockerfile/instruction.hpp"

#include <algorithm>

namespace tinystacks::app::commands {
namespace {

/// COPYs of a Dockerfile in a folder that begin there: build.yml builds from the repository's root.
void check_sources(const Brought& brought, const framework::Tree& tree, std::vector<Problem>& problems)
{
    const auto folder = brought.path.parent_path();
    if (folder.empty() || !brought.context.empty()) {
        return;
    }
    const auto has = [&](const std::filesystem::path& path) {
        const auto text = path.lexically_normal().generic_string();
        return tree.has_file(text) || tree.has_directory(text);
    };
    for (const auto& instruction : dockerfile::instructions_of(brought.text)) {
        auto words = dockerfile::words_of(instruction.arguments);
        const auto copies = (instruction.name == "COPY" || instruction.name == "ADD") && words.size() > 1 &&
                            !words.front().starts_with("--");
        if (!copies) {
            continue;
        }
        words.pop_back();
        if (const auto found =
                std::ranges::find_if(words, [&](const auto& word) { return !has(word) && has(folder / word); });
            found != words.end()) {
            problems.push_back({Severity::warning,
                                {brought.path.generic_string(), instruction.line, 0},
                                "dockerfile.context",
                                fmt::format("'{}' is not in the repository's root, from which build.yml builds",
                                            printable_line(*found)),
                                fmt::format("end the docker build line of build.yml with {}, not with a dot",
                                            shell_quote(folder.string()))});
            return;
        }
    }
}

}  // namespace

std::optional<Brought> find_brought(const std::filesystem::path& root, const framework::Tree& tree,
                                    const InitOptions& options, const framework::Detection& detection)
{
    const std::filesystem::path path = options.dockerfile.empty() ? detection.dockerfile : options.dockerfile;
    if (path.empty()) {
        return std::nullopt;
    }
    const auto inside = path.lexically_normal();
    if (inside.is_absolute() || *inside.begin() == "..") {
        throw Error(ErrorKind::invalid_input, "the Dockerfile '{}' lies outside '{}'", path.string(), root.string());
    }
    const auto* text = tree.text(inside.generic_string());
    if (text == nullptr && tree.has_file(inside.generic_string())) {
        throw Error(ErrorKind::invalid_input, "{}", tree.notes().back());
    }
    if (text == nullptr) {
        throw Error(ErrorKind::not_found, "there is no '{}' in '{}'", inside.string(), root.string())
            .with_hint("name the one there is with --dockerfile PATH, or leave it out to have one written");
    }
    return view::is_ours(*text) ? std::nullopt : std::optional(Brought{inside, *text});
}

int container_port(const InitOptions& options, const Brought& brought, const framework::Application& application)
{
    if (options.overrides.port != 0) {
        return options.overrides.port;
    }
    const auto exposed = dockerfile::exposed_ports(brought.text);
    return exposed.empty() ? application.port : exposed.front();
}

std::optional<Error> find_obstacle(const Brought& brought, const InitOptions& options,
                                   const framework::Application& application)
{
    if (container_port(options, brought, application) != 0) {
        return std::nullopt;
    }
    return Error(ErrorKind::usage, "'{}' exposes no port: add EXPOSE to it, or say which one it is",
                 printable(brought.path.string()))
        .with_hint("tinystacks init --port 8080");
}

void refuse_unused(const Brought& brought, const InitOptions& options)
{
    const auto& overrides = options.overrides;
    for (const auto& [flag, given] : {std::pair("--framework", !overrides.framework.empty()),
                                      {"--package-manager", !overrides.package_manager.empty()},
                                      {"--version", !overrides.version.empty()},
                                      {"--build", !overrides.build.empty()},
                                      {"--start", !overrides.start.empty()},
                                      {"--buildkit", options.buildkit},
                                      {"--lambda", options.lambda}}) {
        if (given) {
            throw Error(ErrorKind::usage,
                        "{} is for a Dockerfile that init writes; '{}' is there, and is kept as it is", flag,
                        printable_line(brought.path.string()))
                .with_hint(fmt::format("git mv {0} {0}.old, or change it there", shell_quote(brought.path.string())));
        }
    }
}

std::vector<Problem> check(const Brought& brought, const framework::Tree& tree, const InitOptions& options)
{
    const auto writes = !options.dry_run && !options.explain;
    auto problems = dockerfile::check(brought.text, {brought.path.generic_string(),
                                                     writes || tree.has_file(".dockerignore"), options.overrides.port});
    check_sources(brought, tree, problems);
    return problems;
}

}  // namespace tinystacks::app::commands
