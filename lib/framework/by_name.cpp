#include "base/text.hpp"
#include "framework/detail/match.hpp"
#include "framework/detail/native.hpp"

#include <algorithm>
#include <array>

namespace tinystacks::framework {
namespace {

/// What was seen of a language for which no Dockerfile is written.
struct Seen {
    std::string language;
    std::string title;  ///< "Gleam"
    std::string file;
    std::string manager = "none";
    std::string framework = "none";
    std::string start;
    std::vector<Pin> pins;           ///< of its own files
    std::vector<std::string> tools;  ///< what tool managers call it
    int score = by_manifest;
};

std::string text_of(const Folder& folder, std::string_view name)
{
    const auto* text = folder.text(name);
    return text == nullptr ? std::string() : *text;
}

std::string first_ending(const Folder& folder, std::string_view ending)
{
    const auto files = folder.files();
    const auto found =
        std::ranges::find_if(files, [&](auto name) { return name.ends_with(ending) && name.size() > ending.size(); });
    return found == files.end() ? std::string() : std::string(*found);
}

std::string stem_of(std::string_view path)
{
    const auto name = base_name(path);
    return std::string(name.substr(0, name.rfind('.')));
}

void pin_line(const Folder& folder, const std::string& file, const char* pattern, const std::string& rule,
              std::vector<Pin>& pins)
{
    const auto* text = folder.text(file);
    if (const auto version = text == nullptr ? std::nullopt : find_match(*text, pattern)) {
        pins.push_back({std::string(trim(*version)), {folder.in_tree(file), line_of(*text, *version), 1}, rule});
    }
}

void pin_file(const Folder& folder, const std::string& file, std::vector<Pin>& pins)
{
    if (auto pin = file_pin(folder, file)) {
        pins.push_back(std::move(*pin));
    }
}

/// `directory/name` as a shell starts it.
std::string program(const std::string& directory, const std::string& name)
{
    return name.empty() ? std::string() : directory + shell_quote(name);
}

struct Named {
    std::string_view part;
    std::string_view name;
};

template <std::size_t Size>
std::string framework_in(const std::string& text, const std::array<Named, Size>& known)
{
    for (const auto& each : known) {
        if (text.find(each.part) != std::string::npos) {
            return std::string(each.name);
        }
    }
    return "none";
}

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
    seen.framework = framework_in(text, std::array<Named, 3>{{{"vapor/vapor", "vapor"},
                                                              {"hummingbird-project/hummingbird", "hummingbird"},
                                                              {"Kitura/Kitura", "kitura"}}});
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
    seen.framework = framework_in(text, std::array<Named, 5>{{{"yesod", "yesod"},
                                                              {"servant-server", "servant"},
                                                              {"scotty", "scotty"},
                                                              {"ihp", "ihp"},
                                                              {"snap-core", "snap"}}});
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

std::optional<Seen> see_clojure(const Folder& folder)
{
    const auto file = folder.first_file({"project.clj", "deps.edn", "build.boot", "bb.edn"});
    if (file.empty()) {
        return std::nullopt;
    }
    Seen seen{"clojure", "Clojure", file, "", "none", "", {}, {"clojure"}};
    seen.manager = file == "project.clj"  ? "leiningen"
                   : file == "deps.edn"   ? "clojure"
                   : file == "build.boot" ? "boot"
                                          : "babashka";
    pin_file(folder, ".jdk-version", seen.pins);
    pin_line(folder, file, R"(org\.clojure/clojure\s+(?:\{:mvn/version\s+)?"([^"]+)\")", file, seen.pins);
    const auto text = text_of(folder, file);
    seen.framework = framework_in(
        text,
        std::array<Named, 4>{
            {{"io.pedestal/", "pedestal"}, {"luminus", "luminus"}, {"compojure", "compojure"}, {"ring/ring", "ring"}}});
    if (file == "project.clj") {
        const auto target = find_match(text, R"(:target-path\s+"([\w./\-]+))").value_or("target/uberjar");
        const auto jar = find_match(text, R"(:uberjar-name\s+"([^"]+)\")");
        seen.start = jar ? "java $JAVA_OPTS -jar " + shell_quote("target/" + *jar)
                         : fmt::format("java $JAVA_OPTS -jar {}/*standalone.jar",
                                       target.ends_with('/') ? target.substr(0, target.size() - 1) : target);
    } else if (file == "deps.edn") {
        seen.start = matches(text, R"(:run\b)") ? "clojure -M:run" : "clojure -M -m core";
    }
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

std::optional<Seen> see_scheme(const Folder& folder)
{
    if (folder.has_file("haunt.scm")) {
        return Seen{"scheme", "Haunt (Scheme)", "haunt.scm", "none", "haunt", "haunt serve", {}, {"guile"}};
    }
    const auto file = folder.first_file({"main.scm", "main.rkt"});
    if (file.empty()) {
        return std::nullopt;
    }
    const auto racket = file.ends_with(".rkt");
    Seen seen{racket ? "racket" : "scheme",
              racket ? "Racket" : "Scheme",
              file,
              "none",
              "none",
              racket ? "racket main.rkt" : "guile main.scm",
              {},
              {}};
    seen.score = folder.has_file("info.rkt") ? by_manifest : by_stray_file;
    return seen;
}

std::optional<Seen> see_r(const Folder& folder)
{
    const auto file = folder.first_file({"renv.lock", "app.R", "server.R", "plumber.R", "main.R", "DESCRIPTION"});
    if (file.empty() || (file == "DESCRIPTION" && !matches(text_of(folder, file), R"(^Package:)"))) {
        return std::nullopt;
    }
    Seen seen{"r", "R", file, folder.has_file("renv.lock") ? "renv" : "none", "none", "", {}, {"r", "R"}};
    pin_line(folder, "renv.lock", R"("R"\s*:\s*\{\s*"Version"\s*:\s*"([^"]+)\")", "renv.lock R", seen.pins);
    if (folder.has_file("plumber.R")) {
        seen.framework = "plumber";
        seen.start = "Rscript -e 'plumber::pr_run(plumber::pr(\"plumber.R\"), host=\"0.0.0.0\", port=8000)'";
    } else if (folder.has_file("server.R") ||
               matches(text_of(folder, "app.R"), R"(\bshiny(?:App|::)|library\(shiny\))")) {
        seen.framework = "shiny";
        seen.start = "Rscript -e 'shiny::runApp(host=\"0.0.0.0\", port=3838)'";
    } else if (const auto main = folder.first_file({"main.R", "app.R"}); !main.empty()) {
        seen.start = "Rscript " + main;
    }
    seen.score = file == "renv.lock" || file == "DESCRIPTION" ? by_manifest : by_stray_file;
    return seen;
}

std::optional<Seen> see_julia(const Folder& folder)
{
    const auto manifest = folder.first_file({"Project.toml", "JuliaProject.toml"});
    const auto script = folder.first_file({"main.jl", "app.jl", "server.jl", "src/main.jl"});
    const auto text = text_of(folder, manifest);
    if (script.empty() && !matches(text, R"(^(?:\[deps\]|uuid\s*=))")) {
        return std::nullopt;
    }
    Seen seen{"julia", "Julia",  manifest.empty() ? script : manifest, manifest.empty() ? "none" : "pkg", "none", "",
              {},      {"julia"}};
    pin_line(folder, manifest, R"(^julia\s*=\s*"([^"]+)\")", "Project.toml compat", seen.pins);
    seen.framework = framework_in(text, std::array<Named, 2>{{{"Genie", "genie"}, {"Oxygen", "oxygen"}}});
    seen.start = script.empty() ? "" : "julia --project=. " + script;
    seen.score = manifest.empty() ? by_stray_file : by_manifest;
    return seen;
}

std::optional<Seen> see_perl(const Folder& folder)
{
    const auto manifest = folder.first_file({"cpanfile", "dist.ini", "Makefile.PL", "Build.PL"});
    const auto script = folder.first_file({"app.psgi", "app.pl", "main.pl", "index.pl", "script/app"});
    if (manifest.empty() && script.empty()) {
        return std::nullopt;
    }
    Seen seen{"perl", "Perl", manifest.empty() ? script : manifest, "none", "none", "", {}, {"perl"}};
    seen.manager = folder.has_file("cpanfile.snapshot") ? "carton" : folder.has_file("cpanfile") ? "cpanm" : "none";
    pin_file(folder, ".perl-version", seen.pins);
    pin_line(folder, "cpanfile", R"(requires\s*\(?['"]perl['"]\s*(?:,|=>)\s*['"]([^'"]+))", "cpanfile perl", seen.pins);
    seen.framework = framework_in(
        text_of(folder, "cpanfile") + text_of(folder, script),
        std::array<Named, 4>{
            {{"Mojolicious", "mojolicious"}, {"Dancer2", "dancer2"}, {"Catalyst", "catalyst"}, {"Plack", "plack"}}});
    seen.start = script == "app.psgi" ? "plackup --host 0.0.0.0 --port 5000 app.psgi"
                 : seen.framework == "mojolicious" && !script.empty()
                     ? fmt::format("perl {} daemon -l http://*:3000", script)
                 : script.empty() ? ""
                                  : "perl " + script;
    seen.score = manifest.empty() ? by_stray_file : by_manifest;
    return seen;
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
    seen.framework = framework_in(
        text, std::array<Named, 3>{{{"\"jester", "jester"}, {"\"prologue", "prologue"}, {"\"mummy", "mummy"}}});
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
    seen.framework = framework_in(text_of(folder, file) + text_of(folder, opam),
                                  std::array<Named, 2>{{{"dream", "dream"}, {"opium", "opium"}}});
    for (const auto* place : {"bin", "src", ""}) {
        const auto dune = *place == '\0' ? std::string("dune") : std::string(place) + "/dune";
        if (const auto name = find_match(text_of(folder, dune), R"(\(executable\s[^)]*?\(name\s+([\w\-]+)\))");
            name && seen.start.empty()) {
            seen.start = "./_build/default/" + std::string(place) + (*place == '\0' ? "" : "/") + *name + ".exe";
        }
    }
    return seen;
}

std::optional<Seen> see_erlang(const Folder& folder)
{
    if (!folder.has_file("rebar.config")) {
        return std::nullopt;
    }
    Seen seen{"erlang", "Erlang", "rebar.config", "rebar3", "none", "", {}, {"erlang"}};
    const auto text = text_of(folder, "rebar.config");
    pin_line(folder, "rebar.config", R"(minimum_otp_vsn,\s*"([^"]+)\")", "minimum_otp_vsn", seen.pins);
    seen.framework = text.find("cowboy") != std::string::npos ? "cowboy" : "none";
    if (const auto name = find_match(text, R"(\{relx,[^.]*?\{release,\s*\{\s*'?(\w+))")) {
        seen.start = fmt::format("_build/default/rel/{0}/bin/{0} foreground", *name);
    }
    return seen;
}

std::optional<Seen> see_lua(const Folder& folder)
{
    const auto rock = first_ending(folder, ".rockspec");
    const auto script = folder.first_file({"main.lua", "app.lua", "server.lua", "src/main.lua"});
    if (rock.empty() && script.empty()) {
        return std::nullopt;
    }
    Seen seen{"lua", "Lua", rock.empty() ? script : rock, rock.empty() ? "none" : "luarocks", "none", "", {}, {"lua"}};
    pin_line(folder, rock, R"("lua\s*([^"]+)\")", "rockspec lua", seen.pins);
    seen.framework =
        framework_in(text_of(folder, rock) + text_of(folder, script), std::array<Named, 1>{{{"lapis", "lapis"}}});
    seen.start = script.empty() ? "" : "lua " + script;
    seen.score = rock.empty() ? by_stray_file : by_manifest;
    return seen;
}

/// Languages of which a file's name is all that is looked at.
struct Plain {
    std::string_view file;  ///< a name; "*" in front: what names end in
    std::string_view language;
    std::string_view title;
    std::string_view manager;
    std::string_view start;  ///< usually empty
    int score = by_manifest;
};
constexpr std::array<Plain, 28> plain = {{
    {"dub.json", "d", "D", "dub", ""},
    {"dub.sdl", "d", "D", "dub", ""},
    {"v.mod", "v", "V", "v", ""},
    {"elm.json", "elm", "Elm", "elm", ""},
    {"spago.yaml", "purescript", "PureScript", "spago", ""},
    {"spago.dhall", "purescript", "PureScript", "spago", ""},
    {"fpm.toml", "fortran", "Fortran", "fpm", ""},
    {"alire.toml", "ada", "Ada", "alire", ""},
    {"META6.json", "raku", "Raku", "zef", ""},
    {"Ballerina.toml", "ballerina", "Ballerina", "bal", "bal run"},
    {"corral.json", "pony", "Pony", "corral", ""},
    {"haxelib.json", "haxe", "Haxe", "haxelib", ""},
    {"foundry.toml", "solidity", "Solidity", "forge", ""},
    {"Move.toml", "move", "Move", "move", ""},
    {"Scarb.toml", "cairo", "Cairo", "scarb", ""},
    {"flake.nix", "nix", "Nix", "nix", "", by_stray_file},
    {"*.asd", "lisp", "Common Lisp", "quicklisp", ""},
    {"*.gpr", "ada", "Ada", "none", ""},
    {"*.nim", "nim", "Nim", "none", "", by_stray_file},
    {"*.cr", "crystal", "Crystal", "none", "", by_stray_file},
    {"*.hs", "haskell", "Haskell", "none", "", by_stray_file},
    {"*.fst", "fstar", "F*", "none", "", by_stray_file},
    {"*.erl", "erlang", "Erlang", "none", "", by_stray_file},
    {"*.clj", "clojure", "Clojure", "none", "", by_stray_file},
    {"*.f90", "fortran", "Fortran", "none", "", by_stray_file},
    {"*.ps1", "powershell", "PowerShell", "none", "", by_stray_file},
    {"*.ml", "ocaml", "OCaml", "none", "", by_stray_file},
    {"*.swift", "swift", "Swift", "none", "", by_stray_file},
}};

std::optional<Seen> see_plain(const Folder& folder)
{
    for (const auto& each : plain) {
        const auto file = each.file.starts_with('*')   ? first_ending(folder, each.file.substr(1))
                          : folder.has_file(each.file) ? std::string(each.file)
                                                       : std::string();
        if (!file.empty()) {
            Seen seen{std::string(each.language),
                      std::string(each.title),
                      file,
                      std::string(each.manager),
                      "none",
                      std::string(each.start),
                      {},
                      {std::string(each.language)}};
            seen.score = each.score;
            return seen;
        }
    }
    return std::nullopt;
}

Application to_application(const Folder& folder, const Overrides& overrides, Seen seen)
{
    Application application;
    application.language = seen.language;
    application.framework = seen.framework;
    application.package_manager = seen.manager;
    application.start_command = seen.start;
    application.score = seen.score;
    application.runtime.name = seen.language;
    const auto pins = ordered_pins(folder, overrides, seen.tools, std::move(seen.pins));
    if (!pins.empty()) {
        application.runtime.pin = pins.front();
    }
    see(application, folder, seen.file, 1,
        seen.score == by_stray_file ? fmt::format("a file of {}, and no manifest", seen.title)
                                    : fmt::format("a manifest of {}", seen.title));
    application.refusal =
        fmt::format("{} was recognised, but no Dockerfile is written for it yet: it needs one of yours", seen.title);
    return application;
}

}  // namespace

std::optional<Application> detect_by_name(const Folder& folder, const Overrides& overrides)
{
    std::optional<Seen> best;
    for (auto* look : {see_gleam, see_dart, see_swift, see_haskell, see_crystal, see_zig, see_clojure, see_nim,
                       see_ocaml, see_erlang, see_julia, see_r, see_perl, see_scheme, see_cobol, see_lua, see_plain}) {
        auto seen = look(folder);
        if (seen && (!best || seen->score > best->score)) {
            best = std::move(seen);
        }
    }
    return best ? std::optional(to_application(folder, overrides, std::move(*best))) : std::nullopt;
}

}  // namespace tinystacks::framework
