#include "framework/detail/node_start.hpp"

#include "base/text.hpp"
#include "framework/detail/match.hpp"

#include <algorithm>

namespace tinystacks::framework::node {
namespace {

/// tsconfig's outDir and rootDir.
struct Compiler {
    std::string out;
    std::string root;
};

Compiler compiler_of(const Folder& folder)
{
    const auto file = folder.first_file({"tsconfig.build.json", "tsconfig.json", "tsconfig.app.json"});
    Compiler compiler;
    try {
        const auto* options = file.empty() ? nullptr : find_path(folder.json(file), {"compilerOptions"});
        compiler.out = normal_path("", text_at(options, {"outDir"})).value_or("");
        compiler.root = normal_path("", text_at(options, {"rootDir"})).value_or("");
    } catch (const Error&) {
        return {};  // a broken tsconfig.json is the compiler's affair
    }
    return compiler;
}

const std::vector<std::string> javascript = {".js", ".mjs", ".cjs"};
const std::vector<std::string> typescript = {".ts", ".mts", ".cts", ".tsx"};

bool is_typescript(std::string_view file)
{
    return std::ranges::any_of(typescript, [&](const auto& ending) { return file.ends_with(ending); });
}

}  // namespace

std::string compiled_twin(const Folder& folder, const std::string& source)
{
    const auto compiler = compiler_of(folder);
    if (compiler.out.empty() || !is_typescript(source)) {
        return {};
    }
    auto inside = normal_path("", source).value_or(source);
    const auto root = !compiler.root.empty() ? compiler.root : inside.starts_with("src/") ? "src" : "";
    if (!root.empty() && inside.starts_with(root + "/")) {
        inside.erase(0, root.size() + 1);
    }
    const auto dot = inside.rfind('.');
    const auto ending = inside.substr(dot) == ".mts" ? ".mjs" : inside.substr(dot) == ".cts" ? ".cjs" : ".js";
    return compiler.out + "/" + inside.substr(0, dot) + ending;
}

std::string source_twin(const Folder& folder, const std::string& compiled)
{
    auto path = normal_path("", compiled).value_or("");
    for (const auto& ending : javascript) {
        if (path.ends_with(ending)) {
            path.erase(path.size() - ending.size());
            break;
        }
    }
    const auto slash = path.find('/');
    const auto inside = slash == std::string::npos ? path : path.substr(slash + 1);
    for (const auto& base : {path, inside, "src/" + inside, "src/" + path}) {
        for (const auto* endings : {&javascript, &typescript}) {
            for (const auto& ending : *endings) {
                for (const auto& file : {base + ending, base.empty() ? std::string() : base + "/index" + ending}) {
                    if (!file.empty() && folder.has_file(file)) {
                        return file;
                    }
                }
            }
        }
    }
    return folder.has_file(compiled) ? compiled : std::string();
}

namespace {

/// How one file is started; nothing when its compiler is not known.
std::optional<Start> start_of(const Folder& folder, const std::string& file, bool on_bun)
{
    Start start;
    start.entry = file;
    start.argv = {on_bun ? "bun" : "node", file};
    if (!on_bun && is_typescript(file)) {
        const auto twin = Manifest(folder).script("build").empty() ? std::string() : compiled_twin(folder, file);
        // Without a compiler Node strips the types itself, since 22.18.
        start.argv[1] = twin.empty() ? file : twin;
        start.entry = start.argv[1];
    }
    start.directory = "";
    start.command = fmt::format("{} {}", start.argv[0], shell_quote(start.argv[1]));
    return start;
}

/// The script that `main` names in a folder which the build writes, by the folder's name or since the build names it.
std::string made_by_build(const Manifest& manifest, const std::string& text)
{
    const auto path = normal_path("", text).value_or("");
    const auto folder = path.substr(0, path.find('/'));
    const auto build = manifest.script("build");
    const auto is_script = std::ranges::any_of(javascript, [&](const auto& ending) { return path.ends_with(ending); });
    if (build.empty() || !is_script || folder == path) {
        return {};
    }
    const auto usual = folder == "dist" || folder == "build" || folder == "lib" || folder == "out";
    return usual || build.find(folder) != std::string::npos ? path : std::string();
}

/// What `main` or `module` names, with the endings that Node adds.
std::string existing(const Folder& folder, const std::string& name)
{
    const auto path = normal_path("", name);
    if (name.empty() || !path) {
        return {};
    }
    std::vector<std::string> candidates = {*path};
    for (const auto* endings : {&javascript, &typescript}) {
        for (const auto& ending : *endings) {
            candidates.push_back(*path + ending);
            candidates.push_back((path->empty() ? "" : *path + "/") + "index" + ending);
        }
    }
    return folder.first_file(candidates);
}

}  // namespace

namespace {

using Named = std::pair<std::string, Position>;

/// `exports` as one path, or the path of "."; no conditions.
Named named_by_exports(const Manifest& manifest)
{
    const auto whole = manifest.text({"exports"});
    return {whole.empty() ? manifest.text({"exports", "."}) : whole, manifest.where({"exports"})};
}

/// `bin` as one path, or its only program.
Named named_by_bin(const Manifest& manifest)
{
    const auto* bin = manifest.at({"bin"});
    const auto only = bin != nullptr && bin->is_mapping() && bin->entries.size() == 1;
    return {only ? bin->entries.front().value.text : manifest.text({"bin"}), manifest.where({"bin"})};
}

}  // namespace

std::string only_program(const Folder& folder)
{
    std::vector<std::string> programs;
    for (const auto file : folder.files()) {
        const auto ends =
            file.ends_with(".js") || file.ends_with(".mjs") || file.ends_with(".cjs") || file.ends_with(".ts");
        if (ends && file.find(".config.") == std::string_view::npos && !file.ends_with(".d.ts") &&
            !file.starts_with('.')) {
            programs.emplace_back(file);
        }
    }
    return programs.size() == 1 ? programs.front() : std::string();
}

Start find_entry(const Folder& folder, const Manifest& manifest, bool on_bun)
{
    const auto take = [&](const std::string& file, Evidence evidence) {
        auto start = *start_of(folder, file, on_bun);
        start.evidence = std::move(evidence);
        return start;
    };
    for (const auto* const key : {"main", "module"}) {
        const auto text = manifest.text({key});
        if (const auto file = existing(folder, text); !file.empty()) {
            return take(file, {manifest.where({key}), fmt::format("'{}' names the entry file", key)});
        }
        const auto source = text.empty() ? std::string() : source_twin(folder, text);
        const auto twin = source.empty() ? std::string() : compiled_twin(folder, source);
        if (!twin.empty() && !manifest.script("build").empty()) {
            auto start =
                take(source, {manifest.where({key}), fmt::format("'{}' is what the build makes of {}", key, source)});
            return start;
        }
        if (const auto made = made_by_build(manifest, text); !made.empty()) {
            return take(made, {manifest.where({key}), fmt::format("'{}' is what the build makes", key)});
        }
    }
    if (const auto bundle = find_match(manifest.script("build"), R"(--outfile[= ]['"]?([^\s'"]+\.[cm]?js)\b)")) {
        if (const auto path = normal_path("", *bundle)) {
            return take(*path, {manifest.where({"scripts", "build"}), "the file that the build makes"});
        }
    }
    std::vector<std::string> names = {"bin/www"};
    for (const auto* endings : {&javascript, &typescript}) {
        for (const std::string base : {"", "src/"}) {
            for (const auto* const stem : {"server", "app", "index", "main"}) {
                for (const auto& ending : *endings) {
                    if (ending != ".tsx") {
                        names.push_back(base + stem + ending);
                    }
                }
            }
        }
    }
    const auto file = folder.first_file(names);
    if (!file.empty()) {
        return take(file, {{folder.in_tree(file), 0, 0}, "an entry file by its name"});
    }
    for (const auto& [text, where] : {named_by_exports(manifest), named_by_bin(manifest)}) {
        if (const auto named = existing(folder, text); !named.empty()) {
            return take(named, {where, "the only file that the package names"});
        }
    }
    const auto only = only_program(folder);
    return only.empty() ? Start() : take(only, {{folder.in_tree(only), 0, 0}, "the only program of the package"});
}

}  // namespace tinystacks::framework::node
