#include "framework/detail/node_build.hpp"

#include "base/text.hpp"
#include "framework/detail/match.hpp"

#include <algorithm>
#include <array>

namespace tinystacks::framework::node {
namespace {

using dockerfile::Argument;
using dockerfile::Copy;
using dockerfile::Run;

constexpr std::size_t most_copied_members = 40;

/// Debian packages that a dependency needs to be built, and to run.
struct Native {
    std::string_view dependency;
    std::vector<std::string> build;
    std::vector<std::string> run;
};

const std::vector<Native>& natives()
{
    static const std::vector<Native> known = {
        {"canvas",
         {"g++", "libcairo2-dev", "libgif-dev", "libjpeg-dev", "libpango1.0-dev", "librsvg2-dev", "make", "pkg-config",
          "python3"},
         {"libcairo2", "libgif7", "libjpeg62-turbo", "libpango-1.0-0", "libpangocairo-1.0-0", "librsvg2-2"}},
        {"better-sqlite3", {"g++", "make", "python3"}, {}},
        {"sqlite3", {"g++", "make", "python3"}, {}},
        {"bcrypt", {"g++", "make", "python3"}, {}},
        {"argon2", {"g++", "make", "python3"}, {}},
        {"node-gyp", {"g++", "make", "python3"}, {}},
        {"@prisma/client", {"openssl"}, {"openssl"}},
        {"prisma", {"openssl"}, {"openssl"}},
        {"puppeteer", {}, {"chromium"}},
        {"fluent-ffmpeg", {}, {"ffmpeg"}}};
    return known;
}

/// Why the sources have to be there when the dependencies are installed; empty when they have not.
std::string why_all_first(const Findings& found)
{
    const Manifest shared(found.workspace.folder);
    for (const auto* const script : {"preinstall", "install", "postinstall", "prepare"}) {
        const auto text = shared.script(script);
        if (!text.empty() && !matches(text, "^(npx )?(husky|simple-git-hooks|lefthook|nuxt prepare|nuxi prepare|"
                                            "svelte-kit sync|prisma generate|patch-package|is-ci|only-allow)")) {
            return fmt::format("the script '{}' runs with the installation", script);
        }
    }
    for (const std::string_view kind : {"dependencies", "devDependencies"}) {
        const auto* list = shared.at({kind});
        for (const auto& entry : list == nullptr ? std::vector<document::Entry>() : list->entries) {
            if (entry.value.text.starts_with("file:") || entry.value.text.starts_with("link:")) {
                return "a dependency is a directory of the repository";
            }
        }
    }
    return found.workspace.members.size() > most_copied_members ? "the workspace has many members" : "";
}

void copy_manifests(const Findings& found, dockerfile::Stage& stage)
{
    std::vector<std::string> files;
    for (const auto& file : install_files(found.manager, found.workspace)) {
        files.push_back(found.prefix + file);
    }
    stage.steps.emplace_back(Copy{std::move(files), "./", "", ""});
    for (const auto* const directory : {".yarn", "patches", "prisma"}) {
        const auto wanted = std::string_view(directory) != ".yarn" || found.manager.name == "yarn";
        if (wanted && found.workspace.folder.has_directory(directory)) {
            stage.steps.emplace_back(Copy{{found.prefix + directory}, fmt::format("./{}/", directory), "", ""});
        }
    }
    if (!found.nested.empty()) {
        const auto inside = found.workspace.folder.child(found.nested);
        std::vector<std::string> nested;
        for (const auto& file : {Manifest(inside).file(), found.manager.lock, std::string("package-lock.json")}) {
            const auto path = found.prefix + found.nested + "/" + file;
            if (!file.empty() && inside.has_file(file) && std::ranges::find(nested, path) == nested.end()) {
                nested.push_back(path);
            }
        }
        stage.steps.emplace_back(Copy{std::move(nested), "./" + found.nested + "/", "", ""});
    }
    for (const auto& member : found.workspace.members) {
        stage.steps.emplace_back(
            Copy{{found.prefix + member + "/" + Manifest(found.workspace.folder.child(member)).file()},
                 "./" + member + "/",
                 "",
                 ""});
    }
}

/// Environment of the installation: what it must not do in an image.
std::string install_prefix(const Findings& found)
{
    const Manifest shared(found.workspace.folder);
    std::string prefix;
    if (found.manager.name == "yarn" && found.manager.berry) {
        prefix += "YARN_NODE_LINKER=node-modules ";
    }
    if (found.manifest.has("puppeteer") || shared.has("puppeteer")) {
        prefix += "PUPPETEER_SKIP_DOWNLOAD=true ";
    }
    if (shared.script_mentions("husky")) {
        prefix += "HUSKY=0 ";
    }
    return prefix;
}

std::string package_of(const Findings& found)
{
    return found.directory.empty() ? std::string() : found.manifest.name();
}

/// Whether the start needs what production leaves out: a TypeScript runner among the development dependencies.
bool keeps_development(const Findings& found)
{
    const auto& program = found.start.program();
    if (program == "turbo" || program == "nx" || program == "lerna") {
        return false;
    }
    const auto package = program == "ts-node-esm" ? std::string("ts-node") : program;
    const Manifest shared(found.workspace.folder);
    return (found.manifest.has(package) || shared.has(package)) && !found.manifest.has_in_production(package) &&
           !shared.has_in_production(package);
}

/// The installation of a package below the root, from its own lock file when it has one.
std::string nested_install(const Findings& found)
{
    auto manager = found.manager;
    const auto inside = found.workspace.folder.child(found.nested);
    const auto lock = manager.lock.empty() ? std::string("package-lock.json") : manager.lock;
    manager.lock = inside.has_file(lock) ? lock : "";
    return install_command(manager) + directory_option(manager, found.nested);
}

}  // namespace

std::string sources_of(const Findings& found)
{
    return found.prefix.empty() ? "." : found.prefix.substr(0, found.prefix.size() - 1);
}

bool installs(const Findings& found)
{
    if (!found.nested.empty()) {
        return true;
    }
    const auto has = [](const Manifest& manifest) {
        return manifest.has_dependencies("dependencies") || manifest.has_dependencies("devDependencies") ||
               manifest.has_dependencies("optionalDependencies");
    };
    return !found.manager.lock.empty() || !found.workspace.members.empty() || has(found.manifest);
}

void add_packages(const Findings& found, Application& application)
{
    const Manifest shared(found.workspace.folder);
    for (const auto& native : natives()) {
        if (found.manifest.has(native.dependency) || shared.has(native.dependency)) {
            application.build_packages.insert(application.build_packages.end(), native.build.begin(),
                                              native.build.end());
            application.run_packages.insert(application.run_packages.end(), native.run.begin(), native.run.end());
        }
    }
    for (const std::string_view kind : {"dependencies", "devDependencies"}) {
        const auto* list = found.manifest.at({kind});
        for (const auto& entry : list == nullptr ? std::vector<document::Entry>() : list->entries) {
            if (matches(entry.value.text, "^(git|github:|gitlab:|bitbucket:)|\\.git(#|$)|^[\\w.-]+/[\\w.-]+(#|$)")) {
                application.build_packages.insert(application.build_packages.end(), {"ca-certificates", "git"});
            }
        }
    }
    for (auto* packages : {&application.build_packages, &application.run_packages}) {
        std::ranges::sort(*packages);
        const auto repeated = std::ranges::unique(*packages);
        packages->erase(repeated.begin(), repeated.end());
    }
}

std::vector<std::string> build_lines(const Findings& found, const std::string& override)
{
    if (!override.empty()) {
        return {override};
    }
    const Manifest shared(found.workspace.folder);
    const auto package = package_of(found);
    std::vector<std::string> lines;
    const auto prisma = found.manifest.has("prisma") && !found.manifest.script_mentions("prisma generate") &&
                        (found.manifest.folder().has_directory("prisma"));
    if (prisma) {
        lines.push_back(exec_command(found.manager, "prisma generate"));
    }
    std::string script;
    for (const auto* const name : {"build", "build:prod", "gcp-build", "heroku-postbuild"}) {
        script = script.empty() && !found.manifest.script(name).empty() ? name : script;
    }
    const auto& build_environment = found.plan.build_environment;
    const auto folder_of_root = found.workspace.folder;
    if (!package.empty() && folder_of_root.has_file("turbo.json") && shared.has("turbo") && !script.empty()) {
        lines.push_back(build_environment +
                        exec_command(found.manager, "turbo run build --filter=" + shell_quote(package)));
    } else if (!found.directory.empty() && folder_of_root.has_file("nx.json") && shared.has("nx")) {
        const auto slash = found.directory.rfind('/');
        const auto name =
            package.empty() ? found.directory.substr(slash == std::string::npos ? 0 : slash + 1) : package;
        lines.push_back(build_environment + exec_command(found.manager, "nx build " + shell_quote(name)));
    } else if (!package.empty() && !shared.script("build").empty() &&
               found.start.command.find(" run ") != std::string::npos && found.workspace.member.empty() &&
               !shared.script("start").empty()) {
        lines.push_back(build_environment + run_command(found.manager, "build"));
    } else if (!script.empty()) {
        const auto inside = found.manager.name == "pnpm" && !package.empty();
        lines.push_back(build_environment + run_command(found.manager, script, inside ? package + "..." : package));
    } else if (!found.plan.build.empty()) {
        const auto direct = found.plan.build.starts_with("node ");
        const auto enter = found.directory.empty() ? "" : "env -C " + shell_quote(found.directory) + " ";
        lines.push_back(enter + build_environment +
                        (direct ? found.plan.build : exec_command(found.manager, found.plan.build)));
    } else if (package.empty() && found.directory.empty() && !shared.script("build").empty()) {
        lines.push_back(run_command(found.manager, "build"));
    }
    for (const auto& line : found.start.build) {
        if (!matches(line, "\\b(npm|yarn|pnpm|bun)\\b.*\\bbuild\\b") || lines.empty()) {
            const auto runs = matches(line, "^(npm|npx|yarn|pnpm|bun|bunx|node|rm) ");
            lines.push_back(runs ? line : exec_command(found.manager, line));
        }
    }
    return lines;
}

namespace {

/// A build that migrates: no database is there when an image is built.
void warn_of_migration(const Findings& found, const std::vector<std::string>& lines, Application& application)
{
    constexpr const char* migration =
        R"(\b(?:prisma (?:migrate deploy|db push)|drizzle-kit (?:migrate|push)|payload migrate|knex migrate|sequelize(?:-cli)? db:migrate|typeorm migration:run|db:migrate|check-db|\S*/migrate(?:\.[jt]s)?)(?:\s|$))";
    auto script = found.manifest.script("build");
    for (const auto& line : lines) {
        script += "\n" + line;
    }
    if (matches(script, migration)) {
        application.warnings.emplace_back("the build migrates a database, and none can be reached where an image is "
                                          "built: make that a release step, and say the rest with --build");
    }
}

/// webpack 4 asks for a digest that Node's OpenSSL has left since version 17.
/// Source: Node.js 17 changelog, "OpenSSL 3.0".
bool needs_old_openssl(const Findings& found)
{
    struct Old {
        const char* package;
        int last;
    };
    constexpr std::array<Old, 6> known = {{{"react-scripts", 4},
                                           {"@vue/cli-service", 4},
                                           {"laravel-mix", 5},
                                           {"nuxt", 2},
                                           {"gatsby", 2},
                                           {"webpack", 4}}};
    constexpr int first_without = 17;
    return major_of(found.runtimes.node.release) >= first_without && std::ranges::any_of(known, [&](const Old& old) {
               const auto digits = find_match(found.manifest.version_of(old.package), "^[^0-9]*([0-9]{1,4})");
               return digits && std::stoi(*digits) <= old.last;
           });
}

}  // namespace

dockerfile::Stage build_stage(const Findings& found, const Overrides& overrides, Application& application)
{
    dockerfile::Stage stage;
    stage.name = "build";
    stage.image = image_of(found.runtimes.node.release);
    stage.packages = application.build_packages;
    const auto manager = install_manager(found.manager, major_of(found.runtimes.node.release));
    if (!manager.empty() && (installs(found) || found.on_bun)) {
        stage.steps.emplace_back(Run{{manager}, {}, ""});
    }
    if (found.on_bun) {
        std::vector<std::string> commands;
        if (auto* last = stage.steps.empty() ? nullptr : std::get_if<Run>(&stage.steps.back())) {
            commands = std::move(last->commands);
            stage.steps.pop_back();
        }
        if (found.manager.name != "bun") {
            commands.push_back("npm install -g " + shell_quote("bun@" + found.runtimes.bun.release));
        }
        commands.emplace_back("cp -L \"$(command -v bun)\" /opt/bun");
        stage.steps.emplace_back(Run{commands, {}, ""});
    }
    const auto all_first = why_all_first(found);
    if (!all_first.empty()) {
        stage.steps.emplace_back(Copy{{sources_of(found)}, "./", "", all_first});
    } else if (installs(found)) {
        copy_manifests(found, stage);
    }
    const auto prefix = install_prefix(found);
    if (installs(found)) {
        application.install = install_command(found.manager);
        const auto honest = found.manager.lock.empty() ? "there is no lock file to install from exactly" : "";
        std::vector<std::string> commands = {prefix + application.install};
        if (!found.nested.empty()) {
            commands.push_back(prefix + nested_install(found));
        }
        stage.steps.emplace_back(Run{std::move(commands), {cache_directory(found.manager)}, honest});
    }
    if (all_first.empty()) {
        stage.steps.emplace_back(Copy{{sources_of(found)}, "./", "", ""});
    }
    for (const auto& name : found.arguments) {
        const auto first = name == found.arguments.front();
        stage.steps.emplace_back(Argument{name, first ? "the build writes it into what browsers load" : ""});
    }
    auto lines = build_lines(found, overrides.build);
    application.build = join(lines, " && ");
    warn_of_migration(found, lines, application);
    if (needs_old_openssl(found) && !lines.empty()) {
        lines.front() = "export NODE_OPTIONS=--openssl-legacy-provider && " + lines.front();
    }
    if (!lines.empty()) {
        lines.front() = (found.plan.framework == "next" ? "NEXT_TELEMETRY_DISABLED=1 " : "") + lines.front();
        stage.steps.emplace_back(Run{std::move(lines), {}, ""});
    }
    return stage;
}

void prune(const Findings& found, dockerfile::Stage& stage, Application& application)
{
    if (!installs(found) || found.plan.self_contained) {
        return;
    }
    if (keeps_development(found)) {
        application.warnings.push_back(fmt::format(
            "'{}' starts the application but is a development dependency: all of those stay in the image until it is "
            "among the dependencies",
            printable_line(found.start.program())));
        stage.steps.emplace_back(
            Run{{"mkdir -p node_modules"}, {}, "the start needs development dependencies: nothing to prune"});
        return;
    }
    const auto prefix = install_prefix(found);
    auto commands = prune_commands(found.manager, found.workspace);
    for (auto& command : commands) {
        const auto plain = command.starts_with("find ") || command.starts_with("rm ") || command.starts_with("(");
        command = (plain ? "" : prefix) + command;
    }
    if (!found.manifest.has_dependencies("dependencies")) {
        commands.emplace_back("mkdir -p node_modules");
    }
    if (found.plan.framework == "next") {
        commands.push_back("rm -rf " +
                           shell_quote((found.directory.empty() ? "" : found.directory + "/") + ".next/cache"));
    }
    if (!found.nested.empty() && found.manager.name == "npm") {
        commands.push_back("npm prune --omit=dev --ignore-scripts" + directory_option(found.manager, found.nested));
    }
    // One layer with the build, as far as there is one.
    auto* build = std::get_if<Run>(&stage.steps.back());
    if (build != nullptr && !application.build.empty()) {
        build->commands.insert(build->commands.end(), commands.begin(), commands.end());
    } else {
        stage.steps.emplace_back(Run{std::move(commands), {}, ""});
    }
}

}  // namespace tinystacks::framework::node
