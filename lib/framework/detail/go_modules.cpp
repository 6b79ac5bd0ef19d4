#include "framework/detail/go_modules.hpp"

#include "base/text.hpp"
#include "framework/detail/match.hpp"
#include "framework/detail/native.hpp"

#include <algorithm>

namespace tinystacks::framework {
namespace {

void add_pin(const Folder& folder, const std::string& file, const char* pattern, const std::string& rule, bool minimum,
             std::vector<Pin>& pins)
{
    const auto* text = folder.text(file);
    const auto version = text == nullptr ? std::nullopt : find_match(*text, pattern);
    if (version) {
        Pin pin{version->starts_with("go") ? version->substr(2) : *version,
                {folder.in_tree(file), line_of(*text, *version), 1},
                rule};
        // `go 1.18` is found in the line that begins so, not in an earlier number.
        if (const auto line = line_of("\n" + *text, "\n" + rule.substr(rule.rfind(' ') + 1) + " " + *version)) {
            pin.where.line = line;
        }
        pins.push_back(minimum ? at_least(std::move(pin), go_releases) : std::move(pin));
    }
}

/// Source: Go Modules Reference, "go.mod files"; Heroku's documentation, "Go dependencies via go modules".
void read_manifest(const Folder& folder, const std::string& file, GoModules& modules)
{
    const auto rule = std::string(base_name(file));
    add_pin(folder, file, R"(^//\s*\+heroku goVersion (\S+))", "heroku comment", false, modules.pins);
    add_pin(folder, file, R"(^toolchain\s+(go\d[\w.]*))", rule + " toolchain", true, modules.pins);
    add_pin(folder, file, R"(^go\s+(\d[\w.]*))", rule + " go", true, modules.pins);
    const auto* text = folder.text(file);
    for (const auto line : split(text == nullptr ? std::string_view() : std::string_view(*text), '\n')) {
        if (line.find("// indirect") == std::string_view::npos) {
            const auto module =
                find_match(line, R"(^\s*(?:require\s+)?"?([A-Za-z0-9][\w.\-~]*\.[\w\-~]+(?:/[\w.\-~]+)*)\"?\s+v\d)");
            if (module) {
                modules.required.push_back(*module);
            }
        }
    }
}

/// Manifests of local modules that go.mod replaces others with: without them nothing can be downloaded.
void add_local_modules(const Folder& folder, const std::string& directory, GoModules& modules)
{
    const auto* text = folder.text(directory.empty() ? "go.mod" : directory + "/go.mod");
    for (const auto& path : find_matches(text == nullptr ? std::string_view() : std::string_view(*text),
                                         R"(=>\s+\.(?:/)([\w.\-/]+)\s*$)")) {
        const auto manifest = (directory.empty() ? "" : directory + "/") + path + "/go.mod";
        if (is_inner_path(manifest) && folder.has_file(manifest)) {
            modules.manifests.push_back(manifest);
        }
    }
}

void add_member(const Folder& folder, const std::string& directory, GoModules& modules)
{
    const auto prefix = directory.empty() ? std::string() : directory + "/";
    for (const auto* name : {"go.mod", "go.sum"}) {
        if (folder.has_file(prefix + name)) {
            modules.manifests.push_back(prefix + name);
        }
    }
    add_local_modules(folder, directory, modules);
}

void read_workspace(const Folder& folder, GoModules& modules)
{
    const auto& text = *folder.text("go.work");
    read_manifest(folder, "go.work", modules);
    modules.manifests.emplace_back("go.work");
    if (folder.has_file("go.work.sum")) {
        modules.manifests.emplace_back("go.work.sum");
    }
    for (const auto line : split(text, '\n')) {
        const auto path = find_match(line, R"(^\s*(?:use\s+)?"?\./?([\w.\-/]*?)/?"?\s*(?://.*)?$)");
        if (path && (path->empty() || is_inner_path(*path)) && modules.members.size() < 50) {
            modules.members.push_back(*path);
            add_member(folder, *path, modules);
            read_manifest(folder, path->empty() ? "go.mod" : *path + "/go.mod", modules);
        }
    }
}

/// What there was before modules, as far as it pins a version.
void read_legacy(const Folder& folder, GoModules& modules)
{
    struct Legacy {
        const char* file;
        const char* manager;
        const char* version;
    };
    constexpr std::array<Legacy, 4> known = {
        {{"Gopkg.toml", "dep", R"(go-version\s*=\s*"(?:go)?([^"]+)\")"},
         {"Godeps/Godeps.json", "godep", R"("GoVersion"\s*:\s*"(?:go)?([^"]+)\")"},
         {"vendor/vendor.json", "govendor", R"("goVersion"\s*:\s*"(?:go)?([^"]+)\")"},
         {"glide.yaml", "glide", R"(^#?\s*goVersion:\s*(?:go)?(\S+))"}}};
    for (const auto& each : known) {
        if (folder.has_file(each.file)) {
            modules.manifest = each.file;
            modules.manager = each.manager;
            add_pin(folder, each.file, each.version, each.file, false, modules.pins);
            return;
        }
    }
}

}  // namespace

GoModules read_go_modules(const Folder& folder)
{
    GoModules modules;
    if (const auto* text = folder.text("go.mod")) {
        modules.manifest = "go.mod";
        modules.path = find_match(*text, R"(^module\s+"?([^\s"]+))").value_or("");
        modules.asked = find_match(*text, R"(^//\s*\+heroku install \./(\S+?)/?(?:\s|$))").value_or("");
    }
    if (folder.text("go.work") != nullptr) {
        modules.manifest = "go.work";
        read_workspace(folder, modules);
    } else if (!modules.manifest.empty()) {
        add_member(folder, "", modules);
        read_manifest(folder, "go.mod", modules);
    } else {
        read_legacy(folder, modules);
    }
    const auto with_modules = modules.manifest == "go.mod" || modules.manifest == "go.work";
    modules.manager = with_modules ? "go-modules" : modules.manager;
    modules.vendored = folder.has_file("vendor/modules.txt") || (!with_modules && folder.has_directory("vendor"));
    std::ranges::sort(modules.manifests);
    const auto repeated = std::ranges::unique(modules.manifests);
    modules.manifests.erase(repeated.begin(), repeated.end());
    return modules;
}

}  // namespace tinystacks::framework
