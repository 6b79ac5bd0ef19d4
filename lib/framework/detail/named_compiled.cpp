#include "framework/detail/named.hpp"

#include "base/text.hpp"
#include "framework/detail/match.hpp"
#include "framework/detail/native.hpp"

namespace tinystacks::framework {

std::optional<Seen> see_gleam(const Folder& folder)
{
    const auto* manifest = folder.toml("gleam.toml");
    if (manifest == nullptr) {
        return std::nullopt;
    }
    Seen seen{"gleam", "Gleam",  "gleam.toml", "gleam", "none", "./build/erlang-shipment/entrypoint.sh run",
              {},      {"gleam"}};
    if (auto pin = node_pin(manifest->find("gleam"), "gleam.toml gleam")) {
        seen.pins.push_back(std::move(*pin));
    }
    for (const auto* name : {"lustre", "wisp", "mist"}) {
        if (seen.framework == "none" && find_path(manifest, {"dependencies", name}) != nullptr) {
            seen.framework = name;
        }
    }
    if (text_at(manifest, {"target"}) == "javascript") {
        const auto name = text_at(manifest, {"name"});
        seen.start = is_plain_name(name) ? fmt::format("gleam run -m {}", name) : "gleam run";
    }
    return seen;
}

namespace {

/// `executables` of pubspec.yaml, then the usual names in bin/.
std::string dart_entry(const Folder& folder, const document::Node& manifest)
{
    const auto* executables = manifest.find("executables");
    const auto name = text_at(&manifest, {"name"});
    std::vector<std::string> names;
    for (const auto& entry : executables == nullptr ? std::vector<document::Entry>() : executables->entries) {
        names.push_back(entry.value.text.empty() ? entry.key : entry.value.text);
    }
    names.insert(names.end(), {"server", name, "main"});
    for (const auto& each : names) {
        if (folder.has_file("bin/" + each + ".dart")) {
            return each;
        }
    }
    const auto only = first_ending(folder.child("bin"), ".dart");
    return only.empty() ? std::string() : stem_of(only);
}

}  // namespace

std::optional<Seen> see_dart(const Folder& folder)
{
    const auto* manifest = folder.yaml("pubspec.yaml");
    if (manifest == nullptr) {
        return std::nullopt;
    }
    Seen seen{"dart", "Dart", "pubspec.yaml", "pub", "none", "", {}, {"dart"}};
    if (auto pin = node_pin(find_path(manifest, {"environment", "sdk"}), "pubspec.yaml environment.sdk")) {
        seen.pins.push_back(std::move(*pin));
    }
    if (find_path(manifest, {"dependencies", "flutter"}) != nullptr) {
        seen.framework = "flutter";
        seen.title = "Flutter";
        return seen;
    }
    for (const auto* name : {"dart_frog", "shelf", "serverpod", "jaspr", "functions_framework"}) {
        if (seen.framework == "none" && find_path(manifest, {"dependencies", name}) != nullptr) {
            seen.framework = name;
        }
    }
    const auto entry = dart_entry(folder, *manifest);
    seen.start = entry.empty() ? "" : "./bin/" + shell_quote(entry + ".exe");
    return seen;
}

std::optional<Seen> see_swift(const Folder& folder)
{
    if (!folder.has_file("Package.swift")) {
        return std::nullopt;
    }
    const auto text = text_of(folder, "Package.swift");
    Seen seen{"swift", "Swift", "Package.swift", "swiftpm", "none", "", {}, {"swift"}};
    pin_file(folder, ".swift-version", seen.pins);
    pin_line(folder, "Package.swift", R"(swift-tools-version\s*:\s*([\d.]+))", "swift-tools-version", seen.pins);
    seen.framework = framework_in(
        text,
        {{"vapor/vapor", "vapor"}, {"hummingbird-project/hummingbird", "hummingbird"}, {"Kitura/Kitura", "kitura"}});
    auto name = find_match(text, R"(\.executableTarget\s*\(\s*name:\s*"([^"]+)\")");
    for (const auto* pattern : {R"(\.executable\s*\(\s*name:\s*"([^"]+)\")", R"(\.target\s*\(\s*name:\s*"([^"]+)\")",
                                R"(\bPackage\s*\(\s*name:\s*"([^"]+)\")"}) {
        name = name ? name : find_match(text, pattern);
    }
    seen.start = program("./", name.value_or(""));
    if (seen.framework == "vapor" && !seen.start.empty()) {
        seen.start += " serve --env production --hostname 0.0.0.0 --port 8080";
    }
    return seen;
}

std::optional<Seen> see_haskell(const Folder& folder)
{
    const auto cabal = first_ending(folder, ".cabal");
    auto file = folder.first_file({"package.yaml", "stack.yaml", "cabal.project"});
    if (file == "package.yaml" && !matches(text_of(folder, file), R"(^(?:executables?|library|dependencies):)")) {
        file.clear();
    }
    if (file.empty() && cabal.empty()) {
        return std::nullopt;
    }
    const auto stack = file == "package.yaml" || folder.has_file("stack.yaml");
    Seen seen{"haskell", "Haskell", file.empty() ? cabal : file, stack ? "stack" : "cabal", "none",
              "",        {},        {"ghc", "haskell"}};
    pin_line(folder, "stack.yaml", R"(^\s*(?:resolver|snapshot):\s*(\S+))", "stack.yaml resolver", seen.pins);
    std::string name;
    if (const auto* manifest = folder.has_file("package.yaml") ? folder.yaml("package.yaml") : nullptr) {
        const auto* executables = manifest->find("executables");
        name = executables != nullptr && !executables->entries.empty() ? executables->entries.front().key
                                                                       : text_at(manifest, {"name"});
    } else {
        name = find_match(text_of(folder, cabal), R"((?i)^executable\s+(\S+))").value_or("");
    }
    const auto text = text_of(folder, "package.yaml") + text_of(folder, cabal);
    seen.framework = framework_in(text, {{"yesod", "yesod"},
                                         {"servant-server", "servant"},
                                         {"scotty", "scotty"},
                                         {"ihp", "ihp"},
                                         {"snap-core", "snap"}});
    seen.start = program("/root/.local/bin/", name);
    return seen;
}

std::optional<Seen> see_crystal(const Folder& folder)
{
    const auto* manifest = folder.has_file("shard.yml") ? folder.yaml("shard.yml") : nullptr;
    if (manifest == nullptr) {
        return std::nullopt;
    }
    Seen seen{"crystal", "Crystal", "shard.yml", "shards", "none", "", {}, {"crystal"}};
    pin_file(folder, ".crystal-version", seen.pins);
    if (auto pin = node_pin(manifest->find("crystal"), "shard.yml crystal")) {
        seen.pins.push_back(std::move(*pin));
    }
    for (const auto* name : {"lucky", "kemal", "amber", "grip", "athena"}) {
        if (seen.framework == "none" && find_path(manifest, {"dependencies", name}) != nullptr) {
            seen.framework = name;
        }
    }
    const auto* targets = manifest->find("targets");
    const auto name =
        targets != nullptr && !targets->entries.empty() ? targets->entries.front().key : text_at(manifest, {"name"});
    seen.start = program("./bin/", name);
    return seen;
}

std::optional<Seen> see_zig(const Folder& folder)
{
    const auto loose = first_ending(folder, ".zig");
    if (loose.empty()) {
        return std::nullopt;
    }
    const auto built = folder.has_file("build.zig");
    Seen seen{"zig", "Zig", built ? "build.zig" : loose, "none", "none", "", {}, {"zig"}};
    seen.score = built ? by_manifest : by_stray_file;
    seen.manager = folder.has_file("build.zig.zon") ? "zig" : "none";
    pin_file(folder, ".zigversion", seen.pins);
    pin_file(folder, ".zig-version", seen.pins);
    pin_line(folder, "build.zig.zon", R"(minimum_zig_version\s*=\s*"([^"]+)\")", "minimum_zig_version", seen.pins);
    const auto text = text_of(folder, "build.zig");
    auto name = find_match(text, R"(addExecutable\s*\((?:\s*\.\{)?[^;]*?\.name\s*=\s*"([^"]+)\")");
    name = name ? name : find_match(text, R"(addExecutable\s*\(\s*"([^"]+)\")");
    seen.start = program("./zig-out/bin/", name.value_or(built ? "" : stem_of(loose)));
    return seen;
}

std::optional<Seen> see_cobol(const Folder& folder)
{
    for (const auto* directory : {"", "src"}) {
        const auto here = *directory == '\0' ? folder : folder.child(directory);
        for (const auto* ending : {".cbl", ".cob", ".cobol"}) {
            const auto index = std::string("index") + ending;
            const auto file = here.has_file(index) ? index : first_ending(here, ending);
            if (!file.empty()) {
                Seen seen{"cobol", "COBOL", *directory == '\0' ? file : "src/" + file,
                          "none",  "none",  program("./", stem_of(file)),
                          {},      {}};
                seen.score = by_stray_file;
                return seen;
            }
        }
    }
    return std::nullopt;
}

std::optional<Seen> see_nim(const Folder& folder)
{
    const auto file = first_ending(folder, ".nimble");
    const auto text = text_of(folder, file);
    if (file.empty()) {
        return std::nullopt;
    }
    Seen seen{"nim", "Nim", file, "nimble", "none", "", {}, {"nim"}};
    pin_line(folder, file, R"(requires\s*\(?\s*"nim\s*([^",]+))", "nimble requires nim", seen.pins);
    seen.framework = framework_in(text, {{"\"jester", "jester"}, {"\"prologue", "prologue"}, {"\"mummy", "mummy"}});
    seen.start = program("./", find_match(text, R"(^bin\s*=\s*@\[\s*"([^"]+)\")").value_or(stem_of(file)));
    return seen;
}

std::optional<Seen> see_ocaml(const Folder& folder)
{
    const auto opam = first_ending(folder, ".opam");
    const auto file = folder.has_file("dune-project") ? std::string("dune-project") : opam;
    if (file.empty()) {
        return std::nullopt;
    }
    Seen seen{"ocaml", "OCaml", file, "opam", "none", "", {}, {"ocaml"}};
    pin_line(folder, file, R"(\(ocaml\s+\(([^)]+)\)\))", "dune-project ocaml", seen.pins);
    pin_line(folder, opam, R"("ocaml"\s*\{([^}]+)\})", "opam ocaml", seen.pins);
    seen.framework =
        framework_in(text_of(folder, file) + text_of(folder, opam), {{"dream", "dream"}, {"opium", "opium"}});
    for (const auto* place : {"bin", "src", ""}) {
        const auto dune = *place == '\0' ? std::string("dune") : std::string(place) + "/dune";
        if (const auto name = find_match(text_of(folder, dune), R"(\(executable\s[^)]*?\(name\s+([\w\-]+)\))");
            name && seen.start.empty()) {
            seen.start = "./_build/default/" + std::string(place) + (*place == '\0' ? "" : "/") + *name + ".exe";
        }
    }
    return seen;
}

}  // namespace tinystacks::framework
