#include "commands/project.hpp"
#include "commands/values.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "framework/framework.hpp"
#include "git/repository.hpp"
#include "project/init.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace tinystacks::app::commands {
namespace {

constexpr std::size_t most_bytes = std::size_t{1} << 20;

struct Options {
    std::string dockerfile = "Dockerfile";
    int port = 0;
    bool force = false;
    bool dry_run = false;
};

/// What becomes of one planned file.
enum class Fate { written, unchanged, kept };

std::string_view to_string(Fate fate)
{
    return fate == Fate::written ? "written" : fate == Fate::unchanged ? "unchanged" : "kept";
}

int container_port(const Options& options, const framework::Detected& detected)
{
    if (options.port != 0) {
        return options.port;
    }
    if (detected.ports.empty()) {
        throw Error(ErrorKind::usage, "'{}' exposes no port: add EXPOSE to it, or say which one it is",
                    printable(detected.dockerfile.string()))
            .with_hint("tinystacks init --port 8080");
    }
    return detected.ports.front();
}

Fate fate_of(const std::filesystem::path& path, const std::string& text, const Options& options)
{
    const auto there = find_file(path, most_bytes);
    if (!there) {
        return Fate::written;
    }
    return *there == text ? Fate::unchanged : options.force ? Fate::written : Fate::kept;
}

view::Report run(const Options& options, Context& context)
{
    const auto& services = context.services;
    const auto repository = git::Repository::discover(services.directory());
    const auto root = repository.root();
    const auto detected = framework::detect(root, options.dockerfile);
    project::InitRequest request;
    request.directory_name = std::filesystem::canonical(root).filename().string();
    request.dockerfile = detected.dockerfile;
    request.container_port = container_port(options, detected);
    request.schema = services.schema();
    view::Report report;
    auto files = nlohmann::json::array();
    bool kept = false;
    bool written = false;
    for (const auto& [path, text] : project::plan_init(request)) {
        const auto fate = fate_of(root / path, text, options);
        kept = kept || fate == Fate::kept;
        files.push_back({{"path", path.generic_string()},
                         {"status", to_string(fate)},
                         {"text", options.dry_run ? nlohmann::json(text) : nlohmann::json(nullptr)}});
        if (options.dry_run) {
            report.text += fmt::format("--- {} ({}{})\n{}", path.generic_string(),
                                       fate == Fate::written ? "would be " : "", to_string(fate), text);
            continue;
        }
        if (fate == Fate::written) {
            replace_file(root / path, text, 0644);
            written = true;
        }
        report.text += fmt::format("{}: {}\n", path.generic_string(), to_string(fate));
    }
    (*report.result)["framework"] = detected.name;
    (*report.result)["container_port"] = request.container_port;
    (*report.result)["dry_run"] = options.dry_run;
    (*report.result)["files"] = std::move(files);
    if (kept) {
        report.notes.emplace_back("files that are there and differ were kept; --force writes them anew");
    }
    if (written) {
        report.notes.emplace_back("next: git add -A && git commit -m 'Deploy with tinystacks'");
        report.notes.emplace_back("      tinystacks deploy");
    } else if (!options.dry_run) {
        report.notes.emplace_back("next: tinystacks deploy");
    }
    return report;
}

}  // namespace

void declare_init(CLI::App& parent, const OnParsed& on_parsed)
{
    auto options = std::make_shared<Options>();
    auto* command = parent.add_subcommand("init", "Write tinystacks.yml, build.yml and release.yml for a Dockerfile.")
                        ->group("Everyday");
    command
        ->add_option("--dockerfile", options->dockerfile,
                     "The Dockerfile, relative to the repository's root, when it has another name.")
        ->type_name("PATH")
        ->check(a_value());
    command->add_option("--port", options->port, "The port the application listens on; EXPOSE says it otherwise.")
        ->type_name("PORT")
        ->check(port());
    command->add_flag("--force", options->force, "Write files anew that are there and differ.");
    command->add_flag("--dry-run", options->dry_run, "Show the files, write nothing.");
    command->callback(
        [options, on_parsed] { on_parsed([options](Context& context) { return run(*options, context); }); });
}

}  // namespace tinystacks::app::commands
