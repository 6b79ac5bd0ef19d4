#include "framework/detail/named.hpp"

#include "base/text.hpp"
#include "framework/detail/match.hpp"
#include "framework/detail/native.hpp"

namespace tinystacks::framework {

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
        {{"io.pedestal/", "pedestal"}, {"luminus", "luminus"}, {"compojure", "compojure"}, {"ring/ring", "ring"}});
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
    seen.framework = framework_in(text, {{"Genie", "genie"}, {"Oxygen", "oxygen"}});
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
        {{"Mojolicious", "mojolicious"}, {"Dancer2", "dancer2"}, {"Catalyst", "catalyst"}, {"Plack", "plack"}});
    seen.start = script == "app.psgi" ? "plackup --host 0.0.0.0 --port 5000 app.psgi"
                 : seen.framework == "mojolicious" && !script.empty()
                     ? fmt::format("perl {} daemon -l http://*:3000", script)
                 : script.empty() ? ""
                                  : "perl " + script;
    seen.score = manifest.empty() ? by_stray_file : by_manifest;
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
    seen.framework = framework_in(text_of(folder, rock) + text_of(folder, script), {{"lapis", "lapis"}});
    seen.start = script.empty() ? "" : "lua " + script;
    seen.score = rock.empty() ? by_stray_file : by_manifest;
    return seen;
}

}  // namespace tinystacks::framework
