#include "framework/detail/java_port.hpp"
#include "framework/detail/java_project.hpp"
#include "framework/detail/languages.hpp"

#include "base/text.hpp"
#include "framework/release.hpp"

#include <algorithm>

namespace tinystacks::framework {
namespace {

/// Source: the tags of the official images; dated 2026-11-30.
constexpr std::string_view maven_image = "maven:3.9-eclipse-temurin-";
constexpr std::string_view launcher = "org.scala-sbt:sbt-launch:1.10.7";
constexpr int start_period = 40;

std::string build_image(const JavaProject& project, const std::string& line)
{
    if (project.manager == "sbt" || (project.manager == "maven" && !project.wrapper)) {
        return std::string(maven_image) + line;
    }
    if (project.manager == "gradle" && !project.wrapper) {
        if (project.old_gradle && compare_versions(line, "11") <= 0) {
            return "gradle:6.9-jdk" + line;
        }
        if (project.old_gradle && line == "17") {
            return "gradle:7.6-jdk17";
        }
        return (compare_versions(line, "25") >= 0 ? "gradle:9.2-jdk" : "gradle:8.14-jdk") + line;
    }
    return "eclipse-temurin:" + line + "-jdk";
}

/// Quoted for the shell, but for its `*`.
std::string shell_pattern(const std::string& text)
{
    std::vector<std::string> parts;
    for (const auto part : split(text, '*')) {
        parts.push_back(part.empty() ? std::string() : shell_quote(part));
    }
    return join(parts, "*");
}

/// Puts the only file that `pattern` means into "$1"; the build fails, with their names, when it is not one.
std::vector<std::string> choose_one(const std::string& pattern, const std::string& test, const std::string& what)
{
    const auto keep =
        test.empty() ? std::string("set -- \"$@\" \"$file\";") : "if " + test + "; then set -- \"$@\" \"$file\"; fi;";
    return {"for file in " + shell_pattern(pattern) +
                "; do case \"$file\" in *-plain.jar|*-sources.jar|*-javadoc.jar|*-tests.jar|*/original-*|*.bat) "
                "continue ;; esac; " +
                keep + " done",
            "if [ \"$#\" -ne 1 ] || [ ! -e \"$1\" ]; then echo \"not exactly one " + what + ": $*\" >&2; exit 1; fi"};
}

std::string ending_of(const JavaProject& project)
{
    return project.made.ends_with(".war") ? ".war" : ".jar";
}

void add_chosen_jar(const JavaProject& project, std::vector<std::string>& commands)
{
    const auto pattern = project.pattern.empty() ? project.made : project.pattern;
    const auto to = "/out/app" + ending_of(project);
    commands.emplace_back("mkdir -p /out");
    if (pattern.find('*') == std::string::npos) {
        commands.push_back("cp " + shell_quote(pattern) + " " + to);
    } else {
        const std::string runnable =
            "rm -rf META-INF && jar xf \"$file\" META-INF/MANIFEST.MF && grep -q '^Main-Class:' META-INF/MANIFEST.MF";
        const auto checked = project.artifact == JavaArtifact::jar;
        for (auto& command : choose_one(pattern, checked ? runnable : "", checked ? "jar with a Main-Class" : "jar")) {
            commands.push_back(std::move(command));
        }
        commands.push_back("cp \"$1\" " + to);
    }
    if (!project.libraries.empty()) {
        const auto from = shell_quote(project.libraries);
        commands.push_back(fmt::format("if [ -d {0} ]; then cp -R {0} /out/; fi", from));
    }
}

/// The commands that leave in /out what the image needs.
void collect(const JavaProject& project, std::vector<std::string>& commands)
{
    switch (project.artifact) {
    case JavaArtifact::jar:
        add_chosen_jar(project, commands);
        break;
    case JavaArtifact::class_path:
        if (project.manager == "none") {
            commands.emplace_back("mv out /out");
        } else {
            add_chosen_jar(project, commands);
        }
        break;
    case JavaArtifact::quarkus_app:
        commands.push_back("cp -R " + shell_quote(project.made.substr(0, project.made.rfind('/'))) + " /out");
        break;
    case JavaArtifact::folder:
        commands.emplace_back("mkdir -p /out");
        commands.push_back("cp -R " + shell_pattern(project.pattern) + "/. /out/");
        if (project.made.find('*') != std::string::npos) {
            for (auto& command : choose_one("/out/bin/*", "", "script")) {
                commands.push_back(std::move(command));
            }
            commands.emplace_back("mv \"$1\" /out/bin/start");
        }
        break;
    case JavaArtifact::none:
        break;
    }
}

std::vector<std::string> caches_of(const JavaProject& project)
{
    if (project.manager == "gradle") {
        return {"/gradle"};
    }
    return project.manager == "sbt" ? std::vector<std::string>{"/root/.cache/coursier", "/root/.ivy2", "/root/.sbt"}
                                    : std::vector<std::string>{"/root/.m2"};
}

/// The wrapper as a checkout on Windows leaves it: with carriage returns, without its mode.
void add_wrapper(const JavaProject& project, std::vector<std::string>& commands)
{
    if (project.wrapper) {
        const std::string name = project.manager == "gradle" ? "gradlew" : "mvnw";
        commands.push_back("sed -i 's/\\r$//' " + name);
        commands.push_back("chmod +x " + name);
    }
}

std::string shown(const std::string& command, const JavaProject& project)
{
    return project.manager == "sbt" && !command.empty() && command.find(' ') == std::string::npos ? "sbt " + command
                                                                                                  : command;
}

std::string in_image(const std::string& command, const JavaProject& project)
{
    const auto task = project.manager == "sbt" && command.find(' ') == std::string::npos;
    return task ? "java -jar /opt/sbt-launch.jar " + command : command;
}

/// The manifests, each to its own directory.
void add_inputs(const JavaProject& project, dockerfile::Stage& stage)
{
    std::vector<std::string> here;
    for (const auto& input : project.inputs) {
        const auto slash = input.rfind('/');
        if (slash == std::string::npos) {
            here.push_back(input);
        }
    }
    if (!here.empty()) {
        stage.steps.emplace_back(dockerfile::Copy{here, "./", "", ""});
    }
    for (const auto& input : project.inputs) {
        const auto slash = input.rfind('/');
        if (slash != std::string::npos) {
            const auto directory = "./" + input.substr(0, slash + 1);
            const auto whole = slash + 1 == input.size();
            stage.steps.emplace_back(dockerfile::Copy{{whole ? input.substr(0, slash) : input}, directory, "", ""});
        }
    }
}

dockerfile::Stage build_stage(const JavaProject& project, const std::string& line)
{
    dockerfile::Stage stage;
    stage.name = "build";
    stage.image = build_image(project, line);
    if (project.manager == "gradle") {
        stage.steps.emplace_back(dockerfile::Environment{{{"GRADLE_USER_HOME", "/gradle"}}});
    } else if (project.manager == "sbt") {
        stage.steps.emplace_back(dockerfile::Run{
            {fmt::format("mvn -B -q dependency:copy -Dartifact={} -DoutputDirectory=/opt -Dmdep.stripVersion=true",
                         launcher)},
            {},
            "there is no official image of sbt: its launcher starts the version of project/build.properties"});
    }
    if (!project.install.empty() && !project.inputs.empty()) {
        add_inputs(project, stage);
        dockerfile::Run install{{}, caches_of(project), ""};
        add_wrapper(project, install.commands);
        install.commands.push_back(in_image(project.install, project));
        stage.steps.emplace_back(std::move(install));
    }
    stage.steps.emplace_back(dockerfile::Copy{{"."}, "./", "", ""});
    dockerfile::Run build{{}, project.manager == "none" ? std::vector<std::string>() : caches_of(project), ""};
    add_wrapper(project, build.commands);
    if (!project.build.empty()) {
        build.commands.push_back(in_image(project.build, project));
    }
    collect(project, build.commands);
    stage.steps.emplace_back(std::move(build));
    return stage;
}

dockerfile::Stage run_stage(const Folder& folder, const JavaProject& project, const std::string& line)
{
    dockerfile::Stage stage;
    stage.image = "eclipse-temurin:" + line + "-jre";
    stage.steps.emplace_back(dockerfile::Environment{{{"JAVA_TOOL_OPTIONS", "-XX:MaxRAMPercentage=75"}}});
    if (project.manager == "none" && project.build.empty()) {
        const auto jar = project.artifact == JavaArtifact::jar;
        stage.steps.emplace_back(
            dockerfile::Copy{{jar ? project.made : std::string(".")}, jar ? "./app.jar" : "./", "", ""});
        return stage;
    }
    if (project.artifact != JavaArtifact::none) {
        stage.steps.emplace_back(dockerfile::Copy{{"/out/"}, "./", "build", ""});
    }
    if (const auto config = dropwizard_configuration(folder, project); !config.empty()) {
        stage.steps.emplace_back(dockerfile::Copy{{config}, "./", "", ""});
    }
    return stage;
}

std::string class_path_start(const JavaProject& project)
{
    if (project.manager == "none") {
        return fmt::format("java -cp {} {}", project.build.empty() ? "." : "out", shell_quote(project.main_class));
    }
    const auto path = project.libraries.empty() ? project.made : project.made + ":" + project.libraries + "/*";
    return fmt::format("java -cp {} {}", shell_quote(path), shell_quote(project.main_class));
}

std::vector<std::string> java_command(const JavaProject& project)
{
    std::vector<std::string> command = {"java"};
    if (project.artifact == JavaArtifact::class_path) {
        const auto alone = project.manager == "none";
        command.insert(command.end(), {"-cp", alone                       ? "/app"
                                              : project.libraries.empty() ? "/app/app.jar"
                                                                          : "/app/app.jar:/app/lib/*"});
        command.push_back(project.main_class);
        return command;
    }
    const auto quarkus = project.artifact == JavaArtifact::quarkus_app;
    command.insert(command.end(), {"-jar", quarkus ? "/app/quarkus-run.jar" : "/app/app" + ending_of(project)});
    return command;
}

/// The argv without and the command with what the framework needs to hear of the port.
void set_start(const Folder& folder, const JavaProject& project, Application& application)
{
    const auto script = project.made.substr(project.made.rfind('/') + 1);
    const auto arguments = port_arguments(folder, project, application.port);
    if (project.artifact == JavaArtifact::folder) {
        const auto name = script.find('*') == std::string::npos ? script : std::string("start");
        application.start_command =
            shell_pattern(project.made) + (arguments.shell.empty() ? "" : " " + arguments.shell);
        application.recipe.command =
            arguments.shell.empty()
                ? std::vector<std::string>{"/app/bin/" + name}
                : std::vector<std::string>{"/bin/sh", "-c",
                                           "exec " + shell_quote("/app/bin/" + name) + " " + arguments.shell};
        return;
    }
    application.start_command = project.artifact == JavaArtifact::class_path
                                    ? class_path_start(project)
                                    : "java -jar " + shell_pattern(project.made);
    auto command = java_command(project);
    command.insert(command.begin() + 1, arguments.options.begin(), arguments.options.end());
    command.insert(command.end(), arguments.behind.begin(), arguments.behind.end());
    for (const auto& word : arguments.stated) {
        application.start_command += " " + shell_quote(word);
    }
    if (!arguments.shell.empty()) {
        std::vector<std::string> quoted;
        for (const auto& word : command) {
            quoted.push_back(shell_quote(word));
        }
        command = {"/bin/sh", "-c", "exec " + join(quoted, " ") + " " + arguments.shell};
    }
    application.recipe.command = std::move(command);
}

/// A Procfile or --start names files where the build leaves them.
void keep_layout(const JavaProject& project, dockerfile::Stage& stage)
{
    const auto directory = in_module(project.module, project.manager == "gradle" ? "build" : "target");
    stage.steps.emplace_back(dockerfile::Copy{
        {"/app/" + directory}, "./" + directory, "build", "the start command names files where the build leaves them"});
}

void warn_of_port(const JavaProject& project, Application& application)
{
    const auto told = project.framework == "none" || project.framework == "vertx" || project.framework == "helidon" ||
                      project.framework == "dropwizard";
    if (application.port != 0 && told && project.texts.find("\"PORT\"") == std::string::npos) {
        application.warnings.push_back(
            fmt::format("nothing shows that it reads PORT: it listens on {} whatever PORT says", application.port));
    }
}

}  // namespace

void make_java_recipe(const Folder& folder, const JavaProject& project, const std::string& line,
                      const Overrides& overrides, Application& application)
{
    application.install = shown(project.install, project);
    application.build = shown(project.build, project);
    const auto own = own_start(folder, project, overrides, application);
    if (project.artifact == JavaArtifact::none && own != OwnStart::of_build) {
        return;
    }
    const auto found = port_of(folder, project);
    application.port = overrides.port != 0 ? overrides.port : found != 0 ? found : application.port;
    if (own == OwnStart::none) {
        warn_of_port(project, application);
    }
    application.variables = variables_of(folder, project);
    auto& recipe = application.recipe;
    recipe.port = application.port;
    if (!(project.manager == "none" && project.build.empty())) {
        recipe.stages.push_back(build_stage(project, line));
    }
    recipe.stages.push_back(run_stage(folder, project, line));
    if (own == OwnStart::of_build && project.manager != "none") {
        keep_layout(project, recipe.stages.back());
    }
    if (application.port == 0) {
        recipe.health.reason = "it does not listen";
    } else {
        recipe.health = dockerfile::bash_health(application.port, health_path(folder, project));
        recipe.health.start_period = start_period;
    }
    recipe.ignored = {"**/target", "**/build/libs", "**/build/classes", "**/.gradle", "**/*.class"};
    if (project.manager == "none") {
        recipe.ignored = {};
    }
    if (project.artifact != JavaArtifact::none) {
        set_start(folder, project, application);
    }
}

}  // namespace tinystacks::framework
