#include "base/text.hpp"
#include "framework/detail/match.hpp"
#include "framework/detail/named.hpp"
#include "framework/detail/native.hpp"

#include <algorithm>
#include <array>

namespace tinystacks::framework {

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

std::string program(const std::string& directory, const std::string& name)
{
    return name.empty() ? std::string() : directory + shell_quote(name);
}

std::string framework_in(const std::string& text, const std::vector<Named>& known)
{
    for (const auto& each : known) {
        if (text.find(each.part) != std::string::npos) {
            return std::string(each.name);
        }
    }
    return "none";
}

namespace {

/// A file that may be anybody's: pages and start.sh say more.
constexpr int by_lone_file = 10;

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
    {"flake.nix", "nix", "Nix", "nix", "", by_lone_file},
    {"*.asd", "lisp", "Common Lisp", "quicklisp", ""},
    {"*.gpr", "ada", "Ada", "none", ""},
    {"*.nim", "nim", "Nim", "none", "", by_lone_file},
    {"*.cr", "crystal", "Crystal", "none", "", by_lone_file},
    {"*.hs", "haskell", "Haskell", "none", "", by_lone_file},
    {"*.fst", "fstar", "F*", "none", "", by_lone_file},
    {"*.erl", "erlang", "Erlang", "none", "", by_lone_file},
    {"*.clj", "clojure", "Clojure", "none", "", by_lone_file},
    {"*.f90", "fortran", "Fortran", "none", "", by_lone_file},
    {"*.ps1", "powershell", "PowerShell", "none", "", by_lone_file},
    {"*.ml", "ocaml", "OCaml", "none", "", by_lone_file},
    {"*.swift", "swift", "Swift", "none", "", by_lone_file},
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
        seen.score <= by_stray_file ? fmt::format("a file of {}, and no manifest", seen.title)
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
