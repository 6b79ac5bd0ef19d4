#include "base/text.hpp"
#include "framework/detail/match.hpp"
#include "framework/detail/native.hpp"
#include "framework/detail/rust_build.hpp"
#include "framework/detail/rust_package.hpp"
#include "framework/detail/rust_releases.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace tinystacks::framework {
namespace {

constexpr int usual_port = 8080;
constexpr int rocket_port = 8000;
constexpr const char* listen_calls =
    R"(TcpListener|HttpServer|\.launch\(|rocket::build|warp::serve|axum::serve|Server::bind|\.listen\(|#\[launch\])";

struct Known {
    std::string_view crate;
    std::string_view name;
};
constexpr std::array<Known, 16> frameworks = {{{"rocket", "rocket"},
                                               {"actix-web", "actix"},
                                               {"loco-rs", "loco"},
                                               {"leptos_axum", "leptos"},
                                               {"leptos", "leptos"},
                                               {"dioxus", "dioxus"},
                                               {"yew", "yew"},
                                               {"axum", "axum"},
                                               {"warp", "warp"},
                                               {"poem", "poem"},
                                               {"salvo", "salvo"},
                                               {"tide", "tide"},
                                               {"gotham", "gotham"},
                                               {"lunatic", "lunatic"},
                                               {"hyper", "hyper"},
                                               {"tonic", "tonic"}}};

/// What rust-toolchain(.toml) says, "stable", "1.59.0" or "nightly-2024-05-01".
std::optional<Pin> toolchain_pin(const Folder& folder)
{
    for (const auto* name : {"rust-toolchain.toml", "rust-toolchain"}) {
        const auto* text = folder.text(name);
        if (text == nullptr) {
            continue;
        }
        if (matches(*text, R"(^\s*\[toolchain\])")) {
            if (auto pin = node_pin(find_path(folder.toml(name), {"toolchain", "channel"}), name)) {
                return pin;
            }
        } else if (auto pin = file_pin(folder, name)) {
            return pin;
        }
    }
    return std::nullopt;
}

std::vector<Pin> version_pins(const Folder& folder, const Overrides& overrides, const RustWorkspace& workspace)
{
    std::vector<Pin> own;
    const auto add = [&](std::optional<Pin> pin) {
        if (pin) {
            own.push_back(std::move(*pin));
        }
    };
    add(toolchain_pin(folder));
    add(file_pin(folder, ".rust-version"));
    add(file_pin(folder, "rust-version.txt"));
    const auto* root = folder.toml("Cargo.toml");
    add(node_pin(find_path(root, {"workspace", "package", "rust-version"}), "Cargo.toml rust-version"));
    for (const auto& package : workspace.packages) {
        add(node_pin(find_path(package.manifest, {"package", "rust-version"}), "Cargo.toml rust-version"));
    }
    for (auto& pin : own) {
        if (pin.rule.starts_with("Cargo.")) {
            pin = at_least(std::move(pin), rust_releases);
        }
    }
    return ordered_pins(folder, overrides, {"rust"}, std::move(own));
}

void find_framework(const Folder& folder, const RustWorkspace& workspace, const RustPackage* package,
                    Application& application)
{
    for (const auto& known : frameworks) {
        for (const auto& each : workspace.packages) {
            const auto* found =
                package != nullptr && package != &each ? nullptr : rust_dependency(each.manifest, known.crate);
            if (found != nullptr) {
                application.framework = known.name;
                const auto file = each.directory.empty() ? "Cargo.toml" : each.directory + "/Cargo.toml";
                see(application, folder, file, found->where.line, fmt::format("{} is a dependency", known.crate));
                return;
            }
        }
    }
}

/// Trunk builds a page of WebAssembly: files, no process.
void build_page(const Folder& folder, Application& application)
{
    see(application, folder, folder.has_file("Trunk.toml") ? "Trunk.toml" : "index.html", 1,
        "a WebAssembly page that trunk builds");
    dockerfile::Stage stage;
    stage.name = "build";
    stage.image = fmt::format("rust:{}-bookworm", application.runtime.release);
    stage.directory = "/src";
    application.build = "trunk build --release --dist /site";
    stage.steps = {dockerfile::Run{{"rustup target add wasm32-unknown-unknown", "cargo install trunk --locked"},
                                   {"/usr/local/cargo/registry"},
                                   ""},
                   dockerfile::Copy{{"."}, ".", "", ""},
                   dockerfile::Run{{application.build}, {"/usr/local/cargo/registry"}, ""}};
    application.recipe.stages.push_back(std::move(stage));
    application.delivery = Delivery::files;
    application.output = "dist";
    application.start_command = static_start;
    add_static_stage(application.recipe, "build", "/site", true);
    application.port = application.recipe.port;
}

Listening look_into(const Folder& folder, const RustWorkspace& workspace)
{
    Listening listening;
    std::size_t texts = 0;
    for (const auto& package : workspace.packages) {
        for (const auto& source : package.sources) {
            const auto* text = ++texts <= 40 ? folder.text(source) : nullptr;
            if (text != nullptr && !source.ends_with("build.rs")) {
                look_for_port(listening, *text, listen_calls);
            }
        }
    }
    return listening;
}

void serve(const Folder& folder, const Overrides& overrides, const RustWorkspace& workspace, Application& application)
{
    auto listening = look_into(folder, workspace);
    const auto rocket = application.framework == "rocket";
    listening.listens |= application.framework != "none";
    if (rocket) {
        listening.reads_port = true;
        listening.port = 0;
        if (const auto port = text_at(folder.toml("Rocket.toml"), {"release", "port"}); !port.empty()) {
            const auto [end, failed] = std::from_chars(port.data(), port.data() + port.size(), listening.port);
            listening.port = failed == std::errc() && end == port.data() + port.size() ? listening.port : 0;
        }
    }
    serve_on(application, overrides, listening, rocket ? rocket_port : usual_port);
    if (rocket && !application.start_command.empty()) {
        auto& last = application.recipe.stages.back();
        last.steps.insert(last.steps.begin(), dockerfile::Environment{{{"ROCKET_ADDRESS", "0.0.0.0"}}});
        // Rocket has a variable of its own for the port.
        application.recipe.command = {"/bin/sh", "-c",
                                      fmt::format("exec env ROCKET_PORT=\"${{PORT:-{}}}\" {}", application.port,
                                                  shell_quote(application.start_command))};
    }
}

void warn_of_edition(const RustPackage& package, Application& application)
{
    const auto edition = text_at(package.manifest, {"package", "edition"});
    const auto needed = edition == "2024" ? "1.85" : edition == "2021" ? "1.56" : edition == "2018" ? "1.31" : "1.0";
    if (compare_versions(application.runtime.release, needed) < 0) {
        application.warnings.push_back(
            fmt::format("edition {} needs Rust {}, but {} is pinned", edition, needed, application.runtime.release));
    }
}

void ask_which_binary(const std::vector<RustChoice>& candidates, Application& application)
{
    Question question{"several binaries: which one is started?", {}};
    for (const auto& each : candidates) {
        question.answers.push_back("--start " + shell_quote("./bin/" + each.binary));
    }
    application.questions.push_back(std::move(question));
}

void start_with(const Folder& folder, const RustChoice& choice, Application& application)
{
    application.entry = choice.binary;
    application.start_command = "./bin/" + choice.binary;
    application.recipe.command = {application.start_command};
    const auto& directory = choice.package->directory;
    see(application, folder, directory.empty() ? "Cargo.toml" : directory + "/Cargo.toml",
        choice.package->manifest->where.line, fmt::format("binary {}: {}", choice.binary, choice.rule));
}

}  // namespace

std::optional<Application> detect_rust(const Folder& folder, const Overrides& overrides)
{
    const auto* manifest = folder.toml("Cargo.toml");
    if (manifest == nullptr || (manifest->find("package") == nullptr && manifest->find("workspace") == nullptr)) {
        return std::nullopt;
    }
    const auto workspace = read_rust_workspace(folder);
    Application application;
    application.language = "rust";
    application.package_manager = "cargo";
    see(application, folder, "Cargo.toml", 1, workspace.is_workspace ? "a Cargo workspace" : "a Cargo package");
    application.runtime =
        choose_native(version_pins(folder, overrides, workspace), rust_releases, application.warnings);
    const auto candidates = rust_candidates(workspace);
    auto choice = choose_rust_binary(workspace);
    std::string place;
    for (const auto& each : candidates) {
        if (place.empty() && !(place = expected_place(folder, overrides, each.binary)).empty()) {
            choice = RustChoice{each.package, each.binary, "it is the one that is started"};
        }
    }
    find_framework(folder, workspace, choice ? choice->package : nullptr, application);
    application.recipe.ignored = {"target"};
    application.score = by_start;
    const auto page =
        folder.has_file("index.html") && (application.framework == "yew" || application.framework == "leptos");
    if (folder.has_file("Trunk.toml") || page) {
        build_page(folder, application);
        return application;
    }
    if (candidates.empty()) {
        application.score = by_library;
        application.refusal = "this Cargo package is a library: it has no binary to start";
        return application;
    }
    if (choice) {
        start_with(folder, *choice, application);
        warn_of_edition(*choice->package, application);
        build_rust(folder, workspace, {*choice}, place.empty() ? application.start_command : place, application);
    } else {
        ask_which_binary(candidates, application);
        build_rust(folder, workspace, candidates, "", application);
    }
    serve(folder, overrides, workspace, application);
    return application;
}

}  // namespace tinystacks::framework
