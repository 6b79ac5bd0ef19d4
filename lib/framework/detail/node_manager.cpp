#include "framework/detail/node_manager.hpp"

#include "base/text.hpp"
#include "document/json.hpp"
#include "framework/detail/match.hpp"
#include "framework/pin.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace tinystacks::framework::node {
namespace {

struct Lock {
    std::string_view file;
    std::string_view manager;
};
constexpr std::array<Lock, 6> locks = {{{"pnpm-lock.yaml", "pnpm"},
                                        {"bun.lock", "bun"},
                                        {"bun.lockb", "bun"},
                                        {"yarn.lock", "yarn"},
                                        {"package-lock.json", "npm"},
                                        {"npm-shrinkwrap.json", "npm"}}};
const std::vector<std::string> managers = {"npm", "pnpm", "yarn", "bun"};

/// Majors that are installed when nothing says which. As of 2026-11-30.
constexpr std::string_view usual_pnpm = "10";
constexpr std::string_view usual_yarn = "1.22.22";
constexpr std::string_view usual_berry = "4";
constexpr std::string_view usual_bun = "1.3";

bool is_known(std::string_view name)
{
    return std::ranges::find(managers, name) != managers.end();
}

/// "pnpm@10.4.1+sha512.abc" as name and version.
void take_spec(Manager& manager, std::string_view spec)
{
    const auto at = spec.find('@');
    manager.name = spec.substr(0, at);
    const auto version = at == std::string_view::npos ? std::string_view() : spec.substr(at + 1);
    manager.version = version.substr(0, version.find('+'));
}

/// What the manifest says itself.
bool choose_stated(const Manifest& manifest, Manager& manager)
{
    const auto field = manifest.text({"packageManager"});
    if (const auto name = field.substr(0, field.find('@')); is_known(name)) {
        take_spec(manager, field);
        manager.evidence = {manifest.where({"packageManager"}), fmt::format("packageManager says {}", name)};
        return true;
    }
    const auto* wanted = manifest.at({"devEngines", "packageManager"});
    wanted = wanted != nullptr && wanted->is_sequence() && !wanted->items.empty() ? &wanted->items.front() : wanted;
    if (const auto name = text_at(wanted, {"name"}); is_known(name)) {
        manager.name = name;
        manager.version = text_at(wanted, {"version"});
        manager.evidence = {manifest.where({"devEngines", "packageManager"}),
                            fmt::format("devEngines.packageManager says {}", name)};
        return true;
    }
    return false;
}

/// engines.pnpm, volta.yarn: what somebody wants besides Node, npm last since it is always there.
bool choose_wanted(const Manifest& manifest, Manager& manager)
{
    for (const auto* const section : {"engines", "volta"}) {
        for (const std::string_view name : {"pnpm", "bun", "yarn"}) {
            // Some write yarn: "use npm" to forbid it.
            if (const auto version = manifest.text({section, name}); matches(version, "[0-9*]")) {
                manager.name = name;
                manager.version = version;
                manager.evidence = {manifest.where({section, name}), fmt::format("{}.{} is set", section, name)};
                return true;
            }
        }
    }
    return false;
}

std::vector<Lock> locks_in(const Folder& folder)
{
    std::vector<Lock> found;
    std::ranges::copy_if(locks, std::back_inserter(found),
                         [&](const Lock& lock) { return folder.has_file(lock.file); });
    return found;
}

void ask_which(const std::vector<Lock>& found, Application& application)
{
    std::vector<std::string> names;
    Question question;
    for (const auto& lock : found) {
        names.emplace_back(lock.file);
        const auto answer = fmt::format("--package-manager {}", lock.manager);
        if (std::ranges::find(question.answers, answer) == question.answers.end()) {
            question.answers.push_back(answer);
        }
    }
    question.text = fmt::format("{} lie side by side: which package manager installs?", join(names, " and "));
    application.questions.push_back(std::move(question));
}

void choose(const Folder& folder, const Manifest& manifest, const Overrides& overrides, Application& application,
            Manager& manager)
{
    const auto found = locks_in(folder);
    if (is_known(overrides.package_manager)) {
        take_spec(manager, overrides.package_manager);
        manager.evidence = {{"--package-manager", 0, 0}, "you said which package manager"};
        return;
    }
    if (choose_stated(manifest, manager)) {
        return;
    }
    const auto others = std::ranges::any_of(found, [&](const Lock& lock) { return lock.manager != found[0].manager; });
    if (others && choose_wanted(manifest, manager)) {
        return;
    }
    if (!found.empty()) {
        if (others) {
            ask_which(found, application);
        }
        manager.name = found.front().manager;
        manager.evidence = {{folder.in_tree(found.front().file), 0, 0}, fmt::format("{}'s lock file", manager.name)};
        return;
    }
    constexpr std::array<Lock, 3> signs = {
        {{".yarnrc.yml", "yarn"}, {"pnpm-workspace.yaml", "pnpm"}, {"bunfig.toml", "bun"}}};
    if (choose_wanted(manifest, manager)) {
        return;
    }
    for (const auto& sign : signs) {
        if (folder.has_file(sign.file)) {
            manager.name = sign.manager;
            manager.evidence = {{folder.in_tree(sign.file), 0, 0}, fmt::format("{}'s settings", manager.name)};
            return;
        }
    }
    manager.name = manifest.exists() ? "npm" : "none";
    manager.evidence = {manifest.where({}), "npm, as nothing says another"};
}

/// Source: pnpm's documentation, the lock file's format per major.
std::string pnpm_by_lock(const Folder& folder)
{
    const auto* settings = folder.text("pnpm-workspace.yaml");
    // Settings in that file are read by pnpm 10 and later; 9 wants `packages`.
    if (settings != nullptr &&
        (!matches(*settings, "^packages:") || matches(*settings, "^(onlyBuiltDependencies|allowBuilds|overrides):"))) {
        return "10";
    }
    const auto* lock = folder.text("pnpm-lock.yaml");
    const auto format =
        lock == nullptr ? std::nullopt
                        : find_match(std::string_view(*lock).substr(0, 400), "^lockfileVersion:[ ]*['\"]?([0-9.]+)");
    if (!format) {
        return {};
    }
    return *format == "5.3" ? "6" : *format == "5.4" ? "7" : format->starts_with('6') ? "8" : "9";
}

void look_at_yarn(const Folder& folder, Manager& manager)
{
    const auto* settings = folder.text(".yarnrc.yml");
    const auto* lock = folder.text("yarn.lock");
    const auto path = settings == nullptr ? std::nullopt : find_match(*settings, "^yarnPath:[ ]*['\"]?([^'\"\\s]+)");
    manager.vendored = path.has_value();
    manager.berry = settings != nullptr || (lock != nullptr && matches(*lock, "^__metadata:"));
    if (const auto release = path ? find_match(*path, "yarn-([0-9][0-9.]*[0-9])") : std::nullopt;
        release && manager.version.empty()) {
        manager.version = *release;
    }
    const auto digit = manager.version.find_first_of("0123456789");
    if (!manager.vendored && digit != std::string::npos) {
        manager.berry = manager.version.substr(digit) != "1" && !manager.version.substr(digit).starts_with("1.");
    } else if (manager.version == "berry" || manager.version == "stable") {
        manager.berry = true;
        manager.version.clear();
    }
}

/// Whether package-lock.json has the dependencies of package.json: `npm ci` refuses what differs.
bool is_in_step(const Folder& folder, const Manifest& manifest, const std::string& file)
{
    const auto* text = folder.text(file);
    const auto start = text == nullptr ? std::string::npos : text->find("\"\": {");
    const auto end = start == std::string::npos ? std::string::npos : text->find("\n    }", start);
    if (end == std::string::npos) {
        return true;  // lock files before version 2 do not tell
    }
    std::set<std::string> missing;
    const auto entry = std::string_view(*text).substr(start + 4, end + 6 - start - 4);
    try {
        const auto locked = document::parse_json(entry, file);
        for (const std::string_view kind : {"dependencies", "devDependencies", "optionalDependencies"}) {
            const auto* wanted = manifest.at({kind});
            for (const auto& [key, where, value, merged] :
                 wanted == nullptr ? std::vector<document::Entry>() : wanted->entries) {
                // An optional one is listed once, wherever it was written twice.
                if (text_at(&locked.root, {kind, key}) != value.text &&
                    text_at(&locked.root, {"optionalDependencies", key}) != value.text) {
                    missing.insert(key);
                }
            }
        }
    } catch (const Error&) {
        return true;
    }
    return missing.empty();
}

}  // namespace

Manager choose_manager(const Workspace& workspace, const Manifest& manifest, const Overrides& overrides,
                       Application& application)
{
    const auto& folder = workspace.folder;
    Manager manager;
    choose(folder, manifest, overrides, application, manager);
    for (const auto& lock : locks_in(folder)) {
        if (lock.manager == manager.name && manager.lock.empty()) {
            manager.lock = lock.file;
        }
    }
    for (const auto* const section : {"engines", "volta"}) {
        if (manager.version.empty()) {
            manager.version = manifest.text({section, manager.name});
        }
    }
    if (const auto pins = tool_pins(folder, {manager.name}); manager.version.empty() && !pins.empty()) {
        manager.version = pins.front().text;
    }
    if (manager.name == "bun" && manager.version.empty()) {
        const auto pin = file_pin(folder, ".bun-version");
        manager.version = pin ? pin->text : "";
    }
    if (manager.name == "yarn") {
        look_at_yarn(folder, manager);
    } else if (manager.name == "pnpm" && !matches(manager.version, "^[\\^~v]?[0-9]")) {
        // A newer pnpm than the lock file's refuses it.
        const auto by_lock = pnpm_by_lock(folder);
        manager.version = by_lock.empty() ? manager.version : by_lock;
    } else if (manager.name == "npm" && !manager.lock.empty()) {
        manager.in_step = is_in_step(folder, manifest, manager.lock);
    }
    if (!manager.in_step) {
        application.warnings.push_back(fmt::format(
            "{} does not match package.json, so it cannot be installed from exactly: run 'npm install' and commit it",
            manager.lock));
    } else if (manager.lock.empty() &&
               (manifest.has_dependencies("dependencies") || manifest.has_dependencies("devDependencies"))) {
        application.warnings.push_back(fmt::format(
            "there is no lock file: two builds may install different versions; run '{} install' and commit it",
            manager.name));
    }
    application.package_manager = manager.name;
    application.package_manager_version = manager.version;
    return manager;
}

std::string install_manager(const Manager& manager, int node_major)
{
    constexpr int first_without_yarn = 26;
    constexpr int first_with_usual_pnpm = 18;
    auto version = manager.version;
    if (version == "latest" || version == "lts" || version == "*") {
        version.clear();
    }
    const auto spec = [&](std::string_view package, std::string_view usual) {
        return shell_quote(fmt::format("{}@{}", package, version.empty() ? usual : std::string_view(version)));
    };
    if (manager.name == "pnpm") {
        return "npm install -g " + spec("pnpm", node_major < first_with_usual_pnpm ? "8" : usual_pnpm);
    }
    if (manager.name == "bun") {
        return "npm install -g " + spec("bun", usual_bun);
    }
    if (manager.name == "yarn" && manager.berry && !manager.vendored) {
        return "npm install -g --force " + spec("@yarnpkg/cli-dist", usual_berry);
    }
    if (manager.name == "yarn" && (manager.vendored || version.empty() || version.find("1.22") == 0)) {
        // The image's own starts the one of the repository.
        return node_major < first_without_yarn ? std::string() : fmt::format("npm install -g yarn@{}", usual_yarn);
    }
    return manager.name == "yarn" ? "npm install -g --force " + spec("yarn", usual_yarn) : std::string();
}

std::string directory_option(const Manager& manager, const std::string& directory)
{
    if (directory.empty()) {
        return {};
    }
    const auto* const option = manager.name == "pnpm" ? "--dir" : manager.name == "npm" ? "--prefix" : "--cwd";
    return fmt::format(" {}={}", option, shell_quote(directory));
}

std::string install_command(const Manager& manager)
{
    const auto frozen = !manager.lock.empty();
    if (manager.name == "pnpm") {
        return frozen ? "pnpm install --frozen-lockfile" : "pnpm install --no-frozen-lockfile";
    }
    if (manager.name == "yarn") {
        return !frozen ? "yarn install" : manager.berry ? "yarn install --immutable" : "yarn install --frozen-lockfile";
    }
    if (manager.name == "bun") {
        return frozen ? "bun install --frozen-lockfile" : "bun install";
    }
    return frozen && manager.in_step ? "npm ci" : "npm install";
}

std::vector<std::string> prune_commands(const Manager& manager, const Workspace& workspace)
{
    if (manager.name == "pnpm" && workspace.members.empty()) {
        return {"CI=true pnpm prune --prod --ignore-scripts"};
    }
    if (manager.name == "pnpm") {
        // `pnpm prune` does not know workspaces.
        return {"find . -name node_modules -prune -exec rm -rf {} +",
                fmt::format("CI=true {} --prod --ignore-scripts", install_command(manager)), "pnpm rebuild"};
    }
    if (manager.name == "yarn" && manager.berry) {
        const auto plugin = manager.version.starts_with('2') || manager.version.starts_with('3');
        std::vector<std::string> commands;
        if (plugin) {
            commands.emplace_back("(yarn workspaces focus --help > /dev/null || yarn plugin import workspace-tools)");
        }
        commands.emplace_back("yarn workspaces focus --all --production");
        commands.emplace_back("rm -rf .yarn/cache");
        return commands;
    }
    if (manager.name == "yarn") {
        return {install_command(manager) + " --production --ignore-scripts --prefer-offline"};
    }
    if (manager.name == "bun") {
        return {"rm -rf node_modules", install_command(manager) + " --production --ignore-scripts"};
    }
    return {"npm prune --omit=dev --ignore-scripts"};
}

std::string run_command(const Manager& manager, const std::string& script, const std::string& package)
{
    const auto quoted = shell_quote(script);
    const auto name = shell_quote(package);
    if (package.empty()) {
        return fmt::format("{} run {}", manager.name == "none" ? "npm" : manager.name, quoted);
    }
    if (manager.name == "pnpm") {
        return fmt::format("pnpm --filter {} run {}", name, quoted);
    }
    if (manager.name == "yarn") {
        return fmt::format("yarn workspace {} run {}", name, quoted);
    }
    if (manager.name == "bun") {
        return fmt::format("bun --filter {} run {}", name, quoted);
    }
    return fmt::format("npm --workspace {} run {}", name, quoted);
}

std::string exec_command(const Manager& manager, const std::string& program)
{
    return (manager.name == "pnpm"   ? "pnpm exec "
            : manager.name == "yarn" ? "yarn run "
            : manager.name == "bun"  ? "bunx "
                                     : "npx ") +
           program;
}

std::string cache_directory(const Manager& manager)
{
    if (manager.name == "pnpm") {
        return "/root/.local/share/pnpm/store";
    }
    if (manager.name == "yarn") {
        return manager.berry ? "/root/.yarn/berry/cache" : "/usr/local/share/.cache/yarn";
    }
    return manager.name == "bun" ? "/root/.bun/install/cache" : "/root/.npm";
}

std::vector<std::string> install_files(const Manager& manager, const Workspace& workspace)
{
    std::vector<std::string> files = {Manifest(workspace.folder).file()};
    if (!manager.lock.empty()) {
        files.push_back(manager.lock);
    }
    for (const auto* const file :
         {".npmrc", "pnpm-workspace.yaml", ".pnpmfile.cjs", ".yarnrc.yml", ".yarnrc", "bunfig.toml"}) {
        if (workspace.folder.has_file(file)) {
            files.emplace_back(file);
        }
    }
    return files;
}

}  // namespace tinystacks::framework::node
