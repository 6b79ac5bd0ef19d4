#include "framework/detail/elixir_recipe.hpp"

#include "base/text.hpp"
#include "framework/release.hpp"

#include <array>

namespace tinystacks::framework {
namespace {

using dockerfile::Copy;
using dockerfile::Environment;
using dockerfile::Run;
using dockerfile::Stage;

/// The Erlang that `elixir:<line>-slim` is made from. Source: the Dockerfiles of Docker's official image.
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> usual_erlang = {{{"1.19", "28"},
                                                                                        {"1.18", "27"},
                                                                                        {"1.17", "27"},
                                                                                        {"1.16", "26"},
                                                                                        {"1.15", "26"},
                                                                                        {"1.14", "25"},
                                                                                        {"1.13", "24"},
                                                                                        {"1.12", "24"}}};

std::string line_of_release(const std::string& release)
{
    const auto dot = release.find('.');
    return release.substr(0, release.find('.', dot == std::string::npos ? 0 : dot + 1));
}

std::string build_image(const ElixirPlan& plan, const Application& application)
{
    return fmt::format("elixir:{}{}-slim", application.runtime.release,
                       plan.erlang.empty() ? "" : "-otp-" + plan.erlang);
}

/// The release brings its Erlang, whose libraries are those of the Debian it was built on.
std::string run_image(const ElixirPlan& plan, const Application& application)
{
    auto erlang = plan.erlang;
    for (const auto& [line, usual] : usual_erlang) {
        if (erlang.empty() && line == line_of_release(application.runtime.release)) {
            erlang = usual;
        }
    }
    if (erlang == "26" || erlang == "27") {
        return "debian:bookworm-slim";
    }
    return erlang.empty() ? build_image(plan, application) : fmt::format("erlang:{}-slim", erlang);
}

void add_dependencies(const Folder& folder, const ElixirPlan& plan, Application& application, Stage& stage)
{
    stage.steps.emplace_back(Environment{{{"LANG", "C.UTF-8"}, {"MIX_ENV", "prod"}}});
    stage.steps.emplace_back(Run{{"mix local.hex --force", "mix local.rebar --force"}, {}, ""});
    Copy manifests{{"mix.exs"}, "./", "", ""};
    if (folder.has_file("mix.lock")) {
        manifests.sources.emplace_back("mix.lock");
    }
    stage.steps.emplace_back(std::move(manifests));
    for (const auto& member : plan.members) {
        stage.steps.emplace_back(Copy{{member + "/mix.exs"}, fmt::format("./{}/", member), "", ""});
    }
    for (const auto& path : plan.path_inputs) {
        stage.steps.emplace_back(Copy{{path}, "./" + path, "", "a dependency by its path"});
    }
    application.install = "mix deps.get --only prod";
    if (folder.has_directory("config")) {
        stage.steps.emplace_back(Copy{{"config"}, "./config", "", "dependencies are compiled with it"});
    }
    stage.steps.emplace_back(Run{{application.install, "mix deps.compile"}, {}, ""});
}

Stage make_build(const Folder& folder, const Overrides& overrides, const ElixirPlan& plan, Application& application)
{
    Stage stage;
    stage.name = "build";
    stage.image = build_image(plan, application);
    application.build_packages = {"build-essential", "ca-certificates", "git"};
    stage.packages = application.build_packages;
    add_dependencies(folder, plan, application, stage);
    if (plan.front) {
        add_node(stage, "the assets are built with it");
        for (const auto& manifest : plan.front->manifests) {
            stage.steps.emplace_back(Copy{{"assets/" + manifest}, "./assets/", "", ""});
        }
        Run install{{}, {"/root/.npm"}, ""};
        for (const auto& command : plan.front->install) {
            install.commands.push_back(in_directory(command, "./assets"));
        }
        stage.steps.emplace_back(std::move(install));
    }
    stage.steps.emplace_back(Copy{{"."}, "./", "", ""});
    stage.steps.emplace_back(Run{{"mix compile"}, {}, ""});
    if (!overrides.build.empty()) {
        stage.steps.emplace_back(Run{{overrides.build}, {}, ""});
    } else if (!plan.assets.empty()) {
        stage.steps.emplace_back(Run{plan.assets, {}, ""});
    }
    if (plan.escript) {
        application.build = "mix escript.build";
        stage.steps.emplace_back(Run{{application.build}, {}, ""});
    } else {
        application.build = plan.is_usual ? "mix release" : "mix release " + shell_quote(plan.release);
        stage.steps.emplace_back(Run{{application.build, "chmod -R a+rX _build/prod/rel"}, {}, ""});
    }
    return stage;
}

std::vector<std::pair<std::string, std::string>> run_environment(const Application& application)
{
    std::vector<std::pair<std::string, std::string>> variables = {
        {"HOME", "/tmp"}, {"LANG", "C.UTF-8"}, {"MIX_ENV", "prod"}, {"RELEASE_TMP", "/tmp"}};
    if (application.framework == "phoenix") {
        variables.emplace_back("PHX_SERVER", "true");
    }
    return variables;
}

}  // namespace

void plan_elixir_image(const Folder& folder, const Overrides& overrides, const ElixirPlan& plan,
                       Application& application)
{
    auto& recipe = application.recipe;
    Stage last;
    if (!plan.script.empty()) {
        last.image = build_image(plan, application);
        last.steps = {Environment{{{"HOME", "/tmp"}, {"LANG", "C.UTF-8"}}}, Copy{{"."}, "./", "", ""}};
    } else {
        if (plan.front) {
            recipe.stages.push_back(node_stage(folder.child("assets"), "bookworm"));
        }
        recipe.stages.push_back(make_build(folder, overrides, plan, application));
        last.image = plan.escript ? recipe.stages.back().image : run_image(plan, application);
        if (!plan.escript) {
            application.run_packages = {"ca-certificates", "libncurses6", "libstdc++6", "openssl"};
        }
        last.packages = application.run_packages;
        last.steps.emplace_back(Environment{run_environment(application)});
        const auto made = plan.escript ? "/app/" + plan.release : "/app/_build/prod/rel/" + plan.release;
        last.steps.emplace_back(Copy{{made}, made, "build", ""});
    }
    recipe.stages.push_back(std::move(last));
    recipe.port = application.port;
    if (application.port != 0) {
        recipe.health = dockerfile::bash_health(application.port, plan.health);
        recipe.health.start_period = 15;
    } else {
        recipe.health.reason = "nothing in the code listens";
    }
    recipe.ignored = {"/_build",
                      "/assets/node_modules",
                      "/cover",
                      "/deps",
                      "/doc",
                      "/priv/static/assets",
                      "/priv/static/cache_manifest.json",
                      "/test"};
}

}  // namespace tinystacks::framework
