#include "framework/detail/rust_package.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace tinystacks::framework {
namespace {

constexpr std::size_t most_members = 60;
constexpr std::size_t most_globbed = 500;

std::string below(const std::string& directory, std::string_view name)
{
    return directory.empty() ? std::string(name) : fmt::format("{}/{}", directory, name);
}

/// Whether a path part fits a glob of `*` and `?`.
bool fits(std::string_view text, std::string_view glob)
{
    std::size_t t = 0;
    std::size_t g = 0;
    std::size_t star = std::string_view::npos;
    std::size_t retry = 0;
    while (t < text.size()) {
        if (g < glob.size() && (glob[g] == '?' || glob[g] == text[t]) && glob[g] != '*') {
            ++t;
            ++g;
        } else if (g < glob.size() && glob[g] == '*') {
            star = g++;
            retry = t;
        } else if (star != std::string_view::npos) {
            g = star + 1;
            t = ++retry;
        } else {
            return false;
        }
    }
    return std::ranges::all_of(glob.substr(g), [](char c) { return c == '*'; });
}

/// The directories a member's pattern names, "crates/*".
std::vector<std::string> expand(const Folder& folder, std::string_view pattern)
{
    std::vector<std::string> found = {""};
    while (pattern.starts_with("./")) {
        pattern.remove_prefix(2);
    }
    for (const auto part : split(pattern, '/')) {
        std::vector<std::string> next;
        for (const auto& directory : part.empty() || part == "." ? std::vector<std::string>() : found) {
            const auto here = directory.empty() ? folder : folder.child(directory);
            if (part.find_first_of("*?") == std::string_view::npos) {
                if (here.has_directory(part)) {
                    next.push_back(below(directory, part));
                }
                continue;
            }
            for (const auto name : here.directories()) {
                if (fits(name, part)) {
                    next.push_back(below(directory, name));
                }
            }
        }
        if (!part.empty() && part != ".") {
            found = std::move(next);
        }
    }
    return found;
}

std::vector<std::string> directories_of(const Folder& folder, const document::Node* patterns)
{
    std::vector<std::string> found;
    std::set<std::string> seen;
    for (const auto& pattern : patterns == nullptr ? std::vector<document::Node>() : patterns->items) {
        if (!pattern.is_scalar() || !is_inner_path(pattern.text) || !seen.insert(pattern.text).second) {
            continue;
        }
        for (auto& directory : expand(folder, pattern.text)) {
            found.push_back(std::move(directory));
        }
        if (found.size() > most_globbed || seen.size() > most_globbed) {
            break;
        }
    }
    return found;
}

void add_source(const Folder& folder, RustPackage& package, const std::string& path)
{
    const auto source = below(package.directory, path);
    if (is_inner_path(path) && folder.has_file(source)) {
        package.sources.push_back(source);
    }
}

/// `[[bin]]`: a name, and a path or the places where Cargo looks.
void add_declared(const Folder& folder, const document::Node& bins, RustPackage& package)
{
    for (const auto& bin : bins.items) {
        const auto name = text_at(&bin, {"name"});
        const auto path = text_at(&bin, {"path"});
        if (!is_plain_name(name)) {
            continue;
        }
        std::string source;
        for (const auto& place : {path, fmt::format("src/bin/{}.rs", name), fmt::format("src/bin/{}/main.rs", name),
                                  std::string("src/main.rs")}) {
            if (source.empty() && is_inner_path(place) && folder.has_file(below(package.directory, place))) {
                source = below(package.directory, place);
            }
        }
        package.binaries.push_back({name, source});
    }
}

void add_found(const Folder& folder, RustPackage& package)
{
    const auto add = [&](const std::string& name, const std::string& path) {
        const auto source = below(package.directory, path);
        const auto known = std::ranges::any_of(package.binaries, [&](const auto& each) {
            return each.name == name || (each.source == source && !source.empty());
        });
        if (is_plain_name(name) && !known && folder.has_file(source)) {
            package.binaries.push_back({name, source});
        }
    };
    add(package.name, "src/main.rs");
    const auto directory = folder.child(below(package.directory, "src/bin"));
    for (const auto file : directory.files()) {
        if (file.ends_with(".rs")) {
            add(std::string(file.substr(0, file.size() - 3)), fmt::format("src/bin/{}", file));
        }
    }
    for (const auto name : directory.directories()) {
        add(std::string(name), fmt::format("src/bin/{}/main.rs", name));
    }
}

void add_other_targets(const Folder& folder, RustPackage& package)
{
    add_source(folder, package, "src/lib.rs");
    add_source(folder, package, "build.rs");
    add_source(folder, package, text_at(package.manifest, {"lib", "path"}));
    for (const auto& [key, place] : {std::pair("bench", "benches"), {"test", "tests"}, {"example", "examples"}}) {
        const auto* targets = package.manifest->find(key);
        for (const auto& target : targets == nullptr ? std::vector<document::Node>() : targets->items) {
            const auto name = text_at(&target, {"name"});
            const auto path = text_at(&target, {"path"});
            add_source(folder, package, path.empty() ? fmt::format("{}/{}.rs", place, name) : path);
            add_source(folder, package, fmt::format("{}/{}/main.rs", place, name));
        }
    }
    for (const auto& binary : package.binaries) {
        if (!binary.source.empty()) {
            package.sources.push_back(binary.source);
        }
    }
    std::ranges::sort(package.sources);
    const auto repeated = std::ranges::unique(package.sources);
    package.sources.erase(repeated.begin(), repeated.end());
}

std::optional<RustPackage> read_package(const Folder& folder, const std::string& directory)
{
    RustPackage package;
    package.directory = directory;
    package.manifest = folder.toml(below(directory, "Cargo.toml"));
    package.name = text_at(package.manifest, {"package", "name"});
    if (package.manifest == nullptr || !is_plain_name(package.name)) {
        return std::nullopt;
    }
    package.default_run = text_at(package.manifest, {"package", "default-run"});
    if (const auto* bins = package.manifest->find("bin")) {
        add_declared(folder, *bins, package);
    }
    if (text_at(package.manifest, {"package", "autobins"}) != "false") {
        add_found(folder, package);
    }
    package.has_main = folder.has_file(below(directory, "src/main.rs"));
    add_other_targets(folder, package);
    return package;
}

bool is_beside(std::string_view directory)
{
    constexpr std::array<std::string_view, 8> names = {"examples", "example", "tests",      "benches",
                                                       "xtask",    "fuzz",    "benchmarks", "tools"};
    const auto name = base_name(directory);
    return std::ranges::find(names, name) != names.end();
}

/// The only binary, default-run, or that of src/main.rs.
std::optional<RustChoice> choose_in(const RustPackage& package)
{
    const auto& binaries = package.binaries;
    const auto named = [&](const std::string& name) {
        return std::ranges::any_of(binaries, [&](const auto& each) { return each.name == name; });
    };
    if (!package.default_run.empty() && named(package.default_run)) {
        return RustChoice{&package, package.default_run, "default-run names the binary"};
    }
    if (binaries.size() == 1) {
        return RustChoice{&package, binaries.front().name, "the only binary of its package"};
    }
    const auto main = below(package.directory, "src/main.rs");
    const auto found = std::ranges::find(binaries, main, &RustBinary::source);
    if (found != binaries.end()) {
        return RustChoice{&package, found->name, "src/main.rs is the package's own binary, the others are beside it"};
    }
    return std::nullopt;
}

std::vector<const RustPackage*> with_binaries(const RustWorkspace& workspace)
{
    std::vector<const RustPackage*> found;
    for (const auto& package : workspace.packages) {
        if (!package.binaries.empty()) {
            found.push_back(&package);
        }
    }
    // What is beside the application counts only when there is nothing else.
    const auto beside =
        std::ranges::stable_partition(found, [](const auto* each) { return !is_beside(each->directory); });
    if (beside.begin() != found.begin()) {
        found.erase(beside.begin(), beside.end());
    }
    return found;
}

}  // namespace

RustWorkspace read_rust_workspace(const Folder& folder)
{
    RustWorkspace workspace;
    const auto* root = folder.toml("Cargo.toml");
    if (auto package = read_package(folder, "")) {
        workspace.packages.push_back(std::move(*package));
    }
    const auto* table = root == nullptr ? nullptr : root->find("workspace");
    if (table == nullptr) {
        return workspace;
    }
    workspace.is_workspace = true;
    workspace.defaults = directories_of(folder, table->find("default-members"));
    const auto excluded = directories_of(folder, table->find("exclude"));
    for (const auto& directory : directories_of(folder, table->find("members"))) {
        const auto known = std::ranges::find(workspace.packages, directory, &RustPackage::directory);
        if (known != workspace.packages.end() || workspace.packages.size() == most_members ||
            std::ranges::find(excluded, directory) != excluded.end()) {
            continue;
        }
        if (auto package = read_package(folder, directory)) {
            workspace.packages.push_back(std::move(*package));
        }
    }
    return workspace;
}

std::optional<RustChoice> choose_rust_binary(const RustWorkspace& workspace)
{
    const auto packages = with_binaries(workspace);
    if (packages.empty()) {
        return std::nullopt;
    }
    if (packages.size() == 1 || packages.front()->directory.empty()) {
        return choose_in(*packages.front());
    }
    std::vector<const RustPackage*> meant;
    for (const auto* package : packages) {
        if (std::ranges::find(workspace.defaults, package->directory) != workspace.defaults.end()) {
            meant.push_back(package);
        }
    }
    if (meant.size() == 1) {
        auto choice = choose_in(*meant.front());
        if (choice) {
            choice->rule = "the only default member of the workspace with a binary";
        }
        return choice;
    }
    return std::nullopt;
}

std::vector<RustChoice> rust_candidates(const RustWorkspace& workspace)
{
    std::vector<RustChoice> found;
    for (const auto* package : with_binaries(workspace)) {
        for (const auto& binary : package->binaries) {
            found.push_back({package, binary.name, ""});
        }
    }
    return found;
}

}  // namespace tinystacks::framework
