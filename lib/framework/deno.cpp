#include "base/text.hpp"
#include "framework/detail/match.hpp"
#include "framework/detail/native.hpp"

#include <algorithm>
#include <array>

namespace tinystacks::framework {
namespace {

constexpr int usual_port = 8000;
constexpr const char* listen_calls =
    R"(Deno\.(?:serve|listen|serveHttp)\b|\.listen\(|\bserve\(|fetch\s*\(|start\(manifest)";

/// Source: Deno's releases; its images and archives name whole versions only.
constexpr std::array<Release, 11> lines = {{{"2.9", "2.9.6", "", "", false},
                                            {"2.8", "2.8.3", "", "", false},
                                            {"2.7", "2.7.14", "", "", false},
                                            {"2.6", "2.6.8", "", "", false},
                                            {"2.5", "2.5.7", "2026-04-30", "", true},
                                            {"2.4", "2.4.4", "", "", false},
                                            {"2.3", "2.3.7", "", "", false},
                                            {"2.2", "2.2.15", "", "", false},
                                            {"2.1", "2.1.14", "", "", false},
                                            {"2.0", "2.0.6", "", "", false},
                                            {"1.46", "1.46.3", "2024-10-09", "", false}}};
constexpr Releases releases = {"deno", "2026-11-30", "2.9", lines};

constexpr std::array<std::string_view, 5> endings = {".ts", ".tsx", ".js", ".mjs", ".jsx"};

bool is_source(std::string_view name)
{
    const auto test = name.ends_with(".d.ts") || matches(name, R"((?:_|\.)(?:test|spec|bench)\.\w+$)") ||
                      matches(name, R"(\.config\.\w+$)");
    return !test && std::ranges::any_of(endings, [&](auto ending) { return name.ends_with(ending); });
}

/// A script of the root that only Deno can run, without anything of Node beside it.
std::string find_script(const Folder& folder)
{
    if (folder.has_file("package.json")) {
        return {};
    }
    std::size_t texts = 0;
    for (const auto& prefix : {std::string(), std::string("src/")}) {
        for (const auto name : prefix.empty() ? folder.files() : folder.child("src").files()) {
            const auto* text = is_source(name) && ++texts <= 20 ? folder.text(prefix + std::string(name)) : nullptr;
            if (text != nullptr &&
                matches(*text, R"((?:from|import)\s*\(?["'](?:jsr:|npm:|https://(?:deno\.land|esm\.sh|jsr\.io)/))"
                               R"(|\bDeno\.(?:serve|listen|serveHttp)\b)")) {
                return prefix + std::string(name);
            }
        }
    }
    return {};
}

/// main, server, app, index, mod, here or in src/; else the only script, or `script`.
std::string find_entry(const Folder& folder, const std::string& script)
{
    for (const auto* directory : {"", "src/"}) {
        for (const auto* stem : {"main", "server", "app", "index", "mod"}) {
            for (const auto ending : endings) {
                const auto file = fmt::format("{}{}{}", directory, stem, ending);
                if (folder.has_file(file)) {
                    return file;
                }
            }
        }
    }
    if (!script.empty()) {
        return script;
    }
    for (const auto& each : {folder, folder.child("src")}) {
        for (const auto name : each.files()) {
            if (is_source(name)) {
                return each.path() == folder.path() ? std::string(name) : "src/" + std::string(name);
            }
        }
    }
    return {};
}

class Deno {
public:
    Deno(const Folder& folder, const Overrides& overrides) : folder_(folder), overrides_(overrides)
    {
        manifest_ = folder.first_file({"deno.json", "deno.jsonc"});
        config_ = manifest_.empty() ? nullptr : folder.json(manifest_);
        evidence_ = folder.first_file({"deno.json", "deno.jsonc", "deno.lock", ".deno-version"});
        script_ = evidence_.empty() ? find_script(folder) : std::string();
    }

    [[nodiscard]] bool is_here() const { return !evidence_.empty() || !script_.empty(); }

    Application read()
    {
        application_.language = "deno";
        application_.package_manager = "deno";
        see(application_, folder_, evidence_.empty() ? script_ : evidence_, 1,
            evidence_.empty() ? "a script that only Deno runs" : "Deno's own file");
        choose_version();
        choose_framework();
        choose_start();
        choose_score();
        if (application_.entry.empty() && application_.start_command.empty()) {
            application_.refusal = "there is no script and no task 'start' that Deno could run";
            return std::move(application_);
        }
        build_stages();
        serve();
        return std::move(application_);
    }

private:
    [[nodiscard]] std::string task(std::string_view name) const
    {
        const auto* found = find_path(config_, {"tasks", name});
        return found != nullptr && found->is_mapping() ? text_at(found, {"command"})
                                                       : text_at(config_, {"tasks", name});
    }

    void choose_version()
    {
        std::vector<Pin> own;
        for (const auto* name : {".deno-version", ".dvmrc"}) {
            if (auto pin = file_pin(folder_, name)) {
                own.push_back(std::move(*pin));
            }
        }
        application_.runtime = choose_runtime(ordered_pins(folder_, overrides_, {"deno"}, std::move(own)), releases,
                                              application_.warnings);
    }

    void choose_framework()
    {
        struct Known {
            std::string_view part;
            std::string_view name;
        };
        constexpr std::array<Known, 9> known = {{{"@fresh/core", "fresh"},
                                                 {"$fresh", "fresh"},
                                                 {"@lume/", "lume"},
                                                 {"/x/lume", "lume"},
                                                 {"@hono/hono", "hono"},
                                                 {"npm:hono", "hono"},
                                                 {"@oak/oak", "oak"},
                                                 {"/x/oak", "oak"},
                                                 {"npm:express", "express"}}};
        entry_text();
        const auto* manifest = manifest_.empty() ? nullptr : folder_.text(manifest_);
        const auto* imports = folder_.text("import_map.json");
        for (const auto& each : known) {
            for (const auto* text : {manifest, imports, entry_text()}) {
                if (text != nullptr && text->find(each.part) != std::string::npos) {
                    application_.framework = each.name;
                    return;
                }
            }
        }
    }

    const std::string* entry_text()
    {
        if (application_.entry.empty()) {
            application_.entry = find_entry(folder_, script_);
        }
        return application_.entry.empty() ? nullptr : folder_.text(application_.entry);
    }

    void choose_start()
    {
        auto& recipe = application_.recipe;
        const auto start = task("start");
        if (!start.empty()) {
            application_.start_command = "deno task start";
            // The task itself becomes the process: `deno task` would stand between it and signals.
            recipe.command = to_argv(start);
            const auto* text = folder_.text(manifest_);
            see(application_, folder_, manifest_, text == nullptr ? 0 : line_of(*text, "\"start\""),
                "the task 'start' says how it is started");
            if (start.find("--watch") != std::string::npos) {
                application_.warnings.emplace_back("the task 'start' watches files, which is for development");
            }
        } else if (!application_.entry.empty()) {
            application_.start_command = "deno run --allow-all " + shell_quote(application_.entry);
            recipe.command = {"deno", "run", "--allow-all", application_.entry};
            see(application_, folder_, application_.entry, 1, "the entry script by its name");
        }
    }

    void choose_score()
    {
        application_.score = evidence_.empty()                                         ? by_stray_file
                             : application_.start_command.empty()                      ? by_tools
                             : !manifest_.empty() && application_.framework == "fresh" ? by_framework
                             : folder_.has_file("package.json")                        ? by_manifest
                                                                                       : by_start;
    }

    /// Source: Deno's releases name their archives by the machine as `uname -m` does.
    [[nodiscard]] dockerfile::Stage build_stage()
    {
        const auto& release = application_.runtime.release;
        dockerfile::Stage stage;
        stage.name = "build";
        stage.image = debian_slim;
        stage.packages = {"ca-certificates", "curl", "unzip"};
        stage.steps.emplace_back(dockerfile::Run{
            {fmt::format("curl -fsSL -o /tmp/deno.zip \"https://github.com/denoland/deno/releases/download/v{}/"
                         "deno-$(uname -m)-unknown-linux-gnu.zip\"",
                         is_plain_name(release) ? release : std::string("0")),
             "unzip -q /tmp/deno.zip -d /usr/local/bin"},
            {},
            "Deno's image is not in this registry"});
        stage.steps.emplace_back(dockerfile::Environment{{{"DENO_DIR", "/deno-dir"}}});
        const auto frozen = folder_.has_file("deno.lock") && !release.starts_with("1.");
        const auto* workspace = config_ == nullptr ? nullptr : config_->find("workspace");
        const auto* imports = config_ == nullptr ? nullptr : config_->find("imports");
        if (imports != nullptr && workspace == nullptr && !release.starts_with("1.")) {
            std::vector<std::string> files = {manifest_};
            for (const auto* name : {"deno.lock", "package.json"}) {
                if (folder_.has_file(name)) {
                    files.emplace_back(name);
                }
            }
            application_.install = frozen ? "deno install --frozen" : "deno install";
            stage.steps.emplace_back(dockerfile::Copy{files, "./", "", ""});
            stage.steps.emplace_back(
                dockerfile::Run{{application_.install},
                                {},
                                frozen ? "" : "there is no deno.lock: the newest versions that fit are taken"});
        }
        stage.steps.emplace_back(dockerfile::Copy{{"."}, ".", "", ""});
        dockerfile::Run run;
        if (!application_.entry.empty()) {
            run.commands.push_back(
                fmt::format("deno cache {}{}", frozen ? "--frozen " : "", shell_quote("./" + application_.entry)));
        }
        if (!task("build").empty()) {
            application_.build = "deno task build";
            run.commands.push_back(application_.build);
        }
        if (!overrides_.build.empty()) {
            run.commands.push_back(overrides_.build);
        }
        run.commands.emplace_back("mkdir -p /deno-dir");
        stage.steps.emplace_back(std::move(run));
        return stage;
    }

    void build_stages()
    {
        auto& recipe = application_.recipe;
        recipe.stages.push_back(build_stage());
        dockerfile::Stage last;
        last.image = debian_slim;
        last.packages = {"ca-certificates"};
        application_.run_packages = last.packages;
        last.steps = {dockerfile::Environment{{{"DENO_DIR", "/deno-dir"}, {"DENO_NO_UPDATE_CHECK", "1"}}},
                      dockerfile::Copy{{"/usr/local/bin/deno"}, "/usr/local/bin/deno", "build", ""},
                      dockerfile::Copy{{"/deno-dir"}, "/deno-dir", "build", ""},
                      dockerfile::Copy{{"/app"}, "./", "build", ""}};
        recipe.stages.push_back(std::move(last));
    }

    void serve()
    {
        Listening listening;
        if (const auto* text = entry_text()) {
            look_for_port(listening, *text, listen_calls);
            listening.reads_port |= matches(*text, R"(env\.get\(["']PORT)");
        }
        const auto start = task("start");
        listening.listens |= application_.framework != "none" || start.find("deno serve") != std::string::npos;
        if (const auto port = find_match(start, R"(--port[= ](\d{2,5})\b)")) {
            listening.port = std::stoi(*port);
        }
        serve_on(application_, overrides_, listening, usual_port);
    }

    const Folder& folder_;
    const Overrides& overrides_;
    std::string manifest_;
    const document::Node* config_ = nullptr;
    std::string evidence_;
    std::string script_;
    Application application_;
};

}  // namespace

std::optional<Application> detect_deno(const Folder& folder, const Overrides& overrides)
{
    Deno deno(folder, overrides);
    return deno.is_here() ? std::optional(deno.read()) : std::nullopt;
}

}  // namespace tinystacks::framework
