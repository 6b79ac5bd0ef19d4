#include "framework/detail/front_end.hpp"

#include "base/text.hpp"
#include "framework/detail/match.hpp"
#include "framework/pin.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace tinystacks::framework {
namespace {

struct Manager {
    std::string_view name;
    std::string_view lock;
};

constexpr std::array<Manager, 6> managers = {{{"npm", "package-lock.json"},
                                              {"npm", "npm-shrinkwrap.json"},
                                              {"yarn", "yarn.lock"},
                                              {"pnpm", "pnpm-lock.yaml"},
                                              {"bun", "bun.lock"},
                                              {"bun", "bun.lockb"}}};

/// Minors of Node whose images exist; dated 2026-11-30. Source: Node.js's release schedule.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> node_minors = {
    {{"24", "24.4"}, {"22", "22.14"}, {"20", "20.19"}, {"18", "18.20"}}};

/// The manager and its version as packageManager has them, "pnpm@9.1.0+sha…".
std::pair<std::string, std::string> declared_manager(const document::Node* package)
{
    const auto text = text_at(package, {"packageManager"});
    const auto at = text.find('@');
    return {text.substr(0, at), at == std::string::npos ? std::string() : text.substr(at + 1, text.find('+') - at - 1)};
}

std::string lock_of(const Folder& folder, const std::string& declared, std::vector<std::string>& warnings)
{
    std::vector<Manager> present;
    for (const auto& manager : managers) {
        if (folder.has_file(manager.lock)) {
            present.push_back(manager);
        }
    }
    const auto chosen = std::ranges::find(present, declared, &Manager::name);
    if (chosen != present.end()) {
        return std::string(chosen->lock);
    }
    if (present.size() > 1 && present.front().name != present.back().name) {
        warnings.push_back(fmt::format("{} and {} lie side by side for the assets: the first counts, or say "
                                       "--package-manager",
                                       present.front().lock, present.back().lock));
    }
    return present.empty() ? std::string() : std::string(present.front().lock);
}

/// `modern`: the lock file is of Yarn 2 or newer.
void set_install(FrontEnd& front, const std::string& lock, const std::string& version, bool modern)
{
    const auto install = [&](std::string_view usual) {
        const auto known = !version.empty() && version.find_first_not_of("0123456789.") == std::string::npos;
        return fmt::format("npm install --global {}@{}", front.package_manager, known ? version : usual);
    };
    if (front.package_manager == "pnpm") {
        front.install = {install("9"), lock.empty() ? "pnpm install" : "pnpm install --frozen-lockfile"};
    } else if (front.package_manager == "bun") {
        front.install = {install("1"), lock.empty() ? "bun install" : "bun install --frozen-lockfile"};
    } else if (front.package_manager == "yarn") {
        front.install = {lock.empty() ? "yarn install"
                         : modern     ? "yarn install --immutable"
                                      : "yarn install --frozen-lockfile"};
        if (modern) {
            front.install.insert(
                front.install.begin(),
                {"corepack enable", version.empty() ? "corepack prepare yarn@stable --activate" : "corepack install"});
        }
    } else {
        front.install = {lock.empty() ? "npm install" : "npm ci --include=dev"};
    }
}

std::string build_script(const document::Node* package, const std::string& manager)
{
    for (const std::string_view name : {"build", "production", "prod"}) {
        if (!text_at(package, {"scripts", name}).empty()) {
            return fmt::format("{} run {}", manager, name);
        }
    }
    return {};
}

}  // namespace

bool FrontEnd::has(std::string_view package) const
{
    return dependencies.find(fmt::format("\"{}\"", package)) != std::string::npos;
}

std::optional<FrontEnd> find_front_end(const Folder& folder, const std::string& preferred,
                                       std::vector<std::string>& warnings)
{
    const auto* text = folder.text("package.json");
    const auto* package = text == nullptr ? nullptr : folder.json("package.json");
    if (package == nullptr || !package->is_mapping()) {
        return std::nullopt;
    }
    FrontEnd front;
    front.dependencies = *text;
    front.where = {folder.in_tree("package.json"), 1, 1};
    const auto [declared, version] = declared_manager(package);
    const auto lock = lock_of(folder, preferred.empty() ? declared : preferred, warnings);
    const auto by_lock = std::ranges::find(managers, lock, &Manager::lock);
    const auto known = std::ranges::find(managers, declared, &Manager::name) != managers.end();
    front.package_manager = by_lock != managers.end() ? std::string(by_lock->name) : known ? declared : "npm";
    front.manifests = {"package.json"};
    for (const std::string_view name : {std::string_view(lock), std::string_view(".npmrc"),
                                        std::string_view(".yarnrc.yml"), std::string_view("pnpm-workspace.yaml")}) {
        if (!name.empty() && folder.has_file(name)) {
            front.manifests.emplace_back(name);
        }
    }
    const auto* locked = lock == "yarn.lock" ? folder.text(lock) : nullptr;
    const auto modern = locked != nullptr && locked->find("__metadata:") != std::string::npos;
    set_install(front, lock, front.package_manager == declared ? version : std::string(), modern);
    front.build = build_script(package, front.package_manager);
    if (lock.empty() && !front.build.empty()) {
        warnings.emplace_back("package.json has no lock file: the assets are built from what is newest that day");
    }
    return front;
}

std::string in_directory(const std::string& command, std::string_view directory)
{
    if (command.find(" --global ") != std::string::npos) {
        return command;
    }
    if (command.starts_with("npm ")) {
        return fmt::format("{} --prefix {}", command, directory);
    }
    const auto blank = command.find(' ');
    const auto program = command.substr(0, blank);
    if (blank == std::string::npos || (program != "yarn" && program != "pnpm" && program != "bun")) {
        return command;
    }
    return fmt::format("{} --{} {}{}", program, program == "pnpm" ? "dir" : "cwd", directory, command.substr(blank));
}

std::string node_image(const Folder& folder, std::string_view debian)
{
    auto pins = tool_pins(folder, {"node", "nodejs"});
    for (const auto* name : {".nvmrc", ".node-version"}) {
        if (auto pin = file_pin(folder, name)) {
            pins.push_back(std::move(*pin));
        }
    }
    std::string release = "22.14";
    if (!pins.empty()) {
        const auto pinned = find_match(pins.front().text, R"(^v?(\d+(?:\.\d+){0,2})$)");
        const auto known = std::ranges::find(node_minors, pinned.value_or(""),
                                             [](const auto& each) { return std::string(each.first); });
        release = known != node_minors.end()                         ? std::string(known->second)
                  : pinned && pinned->find('.') != std::string::npos ? *pinned
                                                                     : release;
    }
    return fmt::format("node:{}-{}-slim", release, debian);
}

dockerfile::Stage node_stage(const Folder& folder, std::string_view debian)
{
    dockerfile::Stage stage;
    stage.name = "node";
    stage.image = node_image(folder, debian);
    return stage;
}

void add_node(dockerfile::Stage& stage, std::string reason)
{
    stage.steps.emplace_back(dockerfile::Copy{{"/usr/local/bin/"}, "/usr/local/bin/", "node", std::move(reason)});
    stage.steps.emplace_back(
        dockerfile::Copy{{"/usr/local/lib/node_modules/"}, "/usr/local/lib/node_modules/", "node", ""});
    stage.steps.emplace_back(dockerfile::Copy{{"/opt/"}, "/opt/", "node", ""});
}

std::vector<std::string> variables_in(const Folder& folder, const std::vector<std::string>& files, const char* pattern)
{
    std::vector<std::string> names;
    for (const auto& file : files) {
        if (const auto* text = folder.text(file)) {
            for (auto& name : find_matches(*text, pattern)) {
                names.push_back(std::move(name));
            }
        }
    }
    std::ranges::sort(names);
    const auto repeated = std::ranges::unique(names);
    names.erase(repeated.begin(), repeated.end());
    return names;
}

}  // namespace tinystacks::framework
