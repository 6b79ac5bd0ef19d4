#include "framework/detail/rust_build.hpp"

#include "base/text.hpp"
#include "framework/detail/match.hpp"
#include "framework/detail/rust_releases.hpp"

#include <algorithm>
#include <array>

namespace tinystacks::framework {
namespace {

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
                return rust_dependency(package.manifest, native.crate) != nullptr ||
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
        // Not the target directory: Cargo judges by times, and one builder's cache serves every clone.
        run.caches = {"/usr/local/cargo/registry"};
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

}  // namespace

const document::Node* rust_dependency(const document::Node* manifest, std::string_view name)
{
    const auto* found = find_path(manifest, {"dependencies", name});
    return found != nullptr && text_at(found, {"optional"}) != "true" ? found : nullptr;
}

void build_rust(const Folder& folder, const RustWorkspace& workspace, const std::vector<RustChoice>& choices,
                const std::string& place, Application& application)
{
    Builder(folder, workspace, application).build(choices, place);
}

}  // namespace tinystacks::framework
