#include "base/text.hpp"
#include "framework/detail/match.hpp"
#include "framework/detail/native.hpp"
#include "framework/detail/rust_package.hpp"
#include "framework/detail/rust_releases.hpp"

#include <algorithm>
#include <array>

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

/// Crates that link C libraries, with their packages in Debian 12; the build image brings the headers of most.
struct Native {
    std::string_view crate;
    std::string_view build;
    std::string_view run;
};
constexpr std::array<Native, 14> native_crates = {{{"openssl-sys", "", "libssl3"},
                                                   {"native-tls", "", "libssl3"},
                                                   {"openssl", "", "libssl3"},
                                                   {"pq-sys", "", "libpq5"},
                                                   {"mysqlclient-sys", "", "libmariadb3"},
                                                   {"libsqlite3-sys", "", "libsqlite3-0"},
                                                   {"libz-sys", "", "zlib1g"},
                                                   {"libgit2-sys", "cmake", ""},
                                                   {"rdkafka-sys", "cmake", ""},
                                                   {"aws-lc-sys", "cmake", ""},
                                                   {"prost-build", "protobuf-compiler", ""},
                                                   {"tonic-build", "protobuf-compiler", ""},
                                                   {"librocksdb-sys", "libclang-dev", ""},
                                                   {"bindgen", "libclang-dev", ""}}};

const document::Node* dependency(const document::Node* manifest, std::string_view name)
{
    const auto* found = find_path(manifest, {"dependencies", name});
    return found != nullptr && text_at(found, {"optional"}) != "true" ? found : nullptr;
}

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

class Builder {
public:
    Builder(const Folder& folder, const RustWorkspace& workspace, Application& application)
        : folder_(folder), workspace_(workspace), application_(application)
    {
        choose_toolchain();
    }

    /// `place`: where the only one of `choices` lies in the image.
    void build(const std::vector<RustChoice>& choices, const std::string& place)
    {
        find_native();
        auto& stages = application_.recipe.stages;
        dockerfile::Stage stage;
        stage.name = "build";
        stage.image = image_;
        stage.packages = application_.build_packages;
        stage.directory = "/src";
        if (!toolchain_.empty()) {
            stage.steps.emplace_back(dockerfile::Run{
                {fmt::format("rustup toolchain install {} --profile minimal", shell_quote(toolchain_))}, {}, reason_});
            stage.steps.emplace_back(dockerfile::Environment{{{"RUSTUP_TOOLCHAIN", toolchain_}}});
        }
        add_dependencies(stage);
        stage.steps.emplace_back(dockerfile::Copy{{"."}, ".", "", ""});
        stage.steps.emplace_back(build_step(choices));
        stages.push_back(std::move(stage));
        dockerfile::Stage last;
        last.image = debian_slim;
        last.packages = application_.run_packages;
        const auto single = choices.size() == 1;
        last.steps.emplace_back(
            dockerfile::Copy{{single ? "/app/bin/" + choices.front().binary : std::string("/app/bin")},
                             single ? place : "./bin",
                             "build",
                             ""});
        copy_along(last, "build", beside(choices), run_files(choices));
        stages.push_back(std::move(last));
    }

private:
    /// The official images of Debian 12 begin with 1.70; what is older, and nightly, is installed by rustup.
    void choose_toolchain()
    {
        auto& runtime = application_.runtime;
        const auto usual = std::string(rust_releases.usual);
        const auto nightly = runtime.pin && matches(runtime.pin->text, R"(^(?:nightly|beta)(?:-\d{4}-\d\d-\d\d)?$)");
        if (nightly) {
            toolchain_ = runtime.pin->text;
            reason_ = "no image has this channel";
            std::erase_if(application_.warnings,
                          [&](const auto& each) { return each.find("'" + toolchain_ + "'") != std::string::npos; });
        } else if (compare_versions(runtime.release, "1.70") < 0) {
            toolchain_ = runtime.release;
            reason_ = "Rust's images on this Debian begin with 1.70";
        }
        image_ = fmt::format("rust:{}-bookworm", toolchain_.empty() ? runtime.release : usual);
    }

    void find_native()
    {
        const auto* lock = folder_.text("Cargo.lock");
        const auto add = [](std::vector<std::string>& packages, std::string_view name) {
            if (!name.empty() && std::ranges::find(packages, name) == packages.end()) {
                packages.emplace_back(name);
            }
        };
        for (const auto& native : native_crates) {
            const auto locked =
                lock != nullptr && lock->find(fmt::format("name = \"{}\"", native.crate)) != std::string::npos;
            const auto named = std::ranges::any_of(workspace_.packages, [&](const auto& package) {
                return dependency(package.manifest, native.crate) != nullptr ||
                       find_path(package.manifest, {"build-dependencies", native.crate}) != nullptr;
            });
            if (locked || named) {
                add(application_.build_packages, native.build);
                add(application_.run_packages, native.run);
            }
        }
        add(application_.run_packages, "ca-certificates");
    }

    [[nodiscard]] std::string locked() const { return folder_.has_file("Cargo.lock") ? " --locked" : ""; }

    /// rust-toolchain.toml would make rustup load "stable" or "1.85" once more: the image's is the one it means.
    void use_image_toolchain(dockerfile::Run& run) const
    {
        if (toolchain_.empty() && (folder_.has_file("rust-toolchain") || folder_.has_file("rust-toolchain.toml"))) {
            run.commands.insert(run.commands.begin(), "export RUSTUP_TOOLCHAIN=\"$RUST_VERSION\"");
        }
    }

    /// The manifests and empty sources are enough for Cargo to fetch what they name.
    void add_dependencies(dockerfile::Stage& stage)
    {
        std::vector<std::string> here = {"Cargo.toml"};
        for (const auto* name : {"Cargo.lock", "rust-toolchain", "rust-toolchain.toml"}) {
            if (folder_.has_file(name)) {
                here.emplace_back(name);
            }
        }
        stage.steps.emplace_back(dockerfile::Copy{here, "./", "", ""});
        if (folder_.has_file(".cargo/config.toml")) {
            stage.steps.emplace_back(dockerfile::Copy{{".cargo/config.toml"}, "./.cargo/", "", ""});
        }
        std::vector<std::string> directories;
        std::vector<std::string> sources;
        for (const auto& package : workspace_.packages) {
            if (!package.directory.empty()) {
                stage.steps.emplace_back(
                    dockerfile::Copy{{package.directory + "/Cargo.toml"}, "./" + package.directory + "/", "", ""});
            }
            for (const auto& source : package.sources) {
                if (const auto directory = directory_of(source); !directory.empty()) {
                    directories.push_back(shell_quote(fmt::format("./{}", directory)));
                }
                sources.push_back(shell_quote("./" + source));
            }
        }
        application_.install = "cargo fetch" + locked();
        dockerfile::Run run;
        std::ranges::sort(directories);
        const auto repeated = std::ranges::unique(directories);
        directories.erase(repeated.begin(), repeated.end());
        if (!sources.empty()) {
            run.commands = {"touch " + join(sources, " ")};
        }
        if (!directories.empty()) {
            run.commands.insert(run.commands.begin(), "mkdir -p " + join(directories, " "));
        }
        run.commands.push_back(application_.install);
        use_image_toolchain(run);
        run.caches = {"/usr/local/cargo/registry"};
        run.reason = locked().empty() ? "there is no Cargo.lock: the newest versions that fit are taken"
                                      : "empty sources: the manifests alone name what is fetched";
        stage.steps.emplace_back(std::move(run));
    }

    [[nodiscard]] dockerfile::Run build_step(const std::vector<RustChoice>& choices) const
    {
        std::string command = "cargo build --release" + locked();
        std::vector<std::string> files;
        for (const auto& choice : choices) {
            if (workspace_.is_workspace &&
                command.find(" -p " + shell_quote(choice.package->name)) == std::string::npos) {
                command += " -p " + shell_quote(choice.package->name);
            }
        }
        for (const auto& choice : choices) {
            command += " --bin " + shell_quote(choice.binary);
            files.push_back(shell_quote(target() + choice.binary));
        }
        application_.build = command;
        dockerfile::Run run;
        run.commands = {"mkdir -p /app/bin", command, fmt::format("cp {} /app/bin/", join(files, " "))};
        use_image_toolchain(run);
        run.caches = {"/usr/local/cargo/registry", "/src/target"};
        return run;
    }

    /// Where Cargo puts binaries: .cargo/config.toml may move it.
    [[nodiscard]] std::string target() const
    {
        const auto* config = folder_.toml(".cargo/config.toml");
        auto directory = text_at(config, {"build", "target-dir"});
        const auto triple = text_at(config, {"build", "target"});
        directory = directory.empty() ? "target" : directory;
        return directory + "/" + (is_plain_name(triple) ? triple + "/" : "") + "release/";
    }

    /// The package's own directory when it has what is read at run time, else the workspace's.
    [[nodiscard]] std::string beside(const std::vector<RustChoice>& choices) const
    {
        const auto& directory = choices.front().package->directory;
        return directory.empty() || files_in(directory).empty() || !files_in("").empty() ? "/src" : "/src/" + directory;
    }

    [[nodiscard]] std::vector<std::string> run_files(const std::vector<RustChoice>& choices) const
    {
        const auto root = files_in("");
        return root.empty() ? files_in(choices.front().package->directory) : root;
    }

    [[nodiscard]] std::vector<std::string> files_in(const std::string& directory) const
    {
        return run_time_files(directory.empty() ? folder_ : folder_.child(directory),
                              {"assets", "config", "migrations", "public", "static", "templates"},
                              {"Rocket.toml", "config.toml", "config.yaml", "log4rs.yaml", "log4rs.yml"});
    }

    const Folder& folder_;
    const RustWorkspace& workspace_;
    Application& application_;
    std::string image_;
    std::string toolchain_;
    std::string reason_;
};

void find_framework(const Folder& folder, const RustWorkspace& workspace, const RustPackage* package,
                    Application& application)
{
    for (const auto& known : frameworks) {
        for (const auto& each : workspace.packages) {
            const auto* found =
                package != nullptr && package != &each ? nullptr : dependency(each.manifest, known.crate);
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
            listening.port = matches(port, R"(^\d{2,5}$)") ? std::stoi(port) : 0;
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
    Builder builder(folder, workspace, application);
    if (choice) {
        start_with(folder, *choice, application);
        warn_of_edition(*choice->package, application);
        builder.build({*choice}, place.empty() ? application.start_command : place);
    } else {
        ask_which_binary(candidates, application);
        builder.build(candidates, "");
    }
    serve(folder, overrides, workspace, application);
    return application;
}

}  // namespace tinystacks::framework
