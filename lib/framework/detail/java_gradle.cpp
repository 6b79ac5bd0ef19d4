#include "framework/detail/java_gradle_file.hpp"
#include "framework/detail/java_pom.hpp"
#include "framework/detail/java_project.hpp"
#include "framework/detail/languages.hpp"
#include "framework/detail/match.hpp"

#include "base/text.hpp"
#include "framework/release.hpp"

#include <algorithm>
#include <array>

namespace tinystacks::framework {
namespace {

constexpr int by_plugin = 4;
constexpr int by_application = 3;
constexpr int by_manifest = 2;
constexpr int by_main = 1;

bool has_plugin(const GradleFile& file, std::string_view id)
{
    return std::ranges::find(file.plugins, id) != file.plugins.end();
}

bool has_shadow(const GradleFile& file)
{
    return has_plugin(file, "com.github.johnrengelman.shadow") || has_plugin(file, "com.gradleup.shadow") ||
           has_plugin(file, "io.github.goooler.shadow");
}

bool is_application(const GradleFile& file)
{
    return has_plugin(file, "application") || has_plugin(file, "io.micronaut.application") ||
           has_plugin(file, "io.ktor.plugin") || matches(file.text, R"(^\s*application\s*\{|\bmainClassName\b)");
}

std::string framework_of(const GradleFile& file)
{
    constexpr std::array<std::array<std::string_view, 2>, 8> marks = {{{"org.springframework.boot", "spring-boot"},
                                                                       {"io.quarkus", "quarkus"},
                                                                       {"io.micronaut", "micronaut"},
                                                                       {"ktor", "ktor"},
                                                                       {"io.helidon", "helidon"},
                                                                       {"io.dropwizard:", "dropwizard"},
                                                                       {"io.vertx", "vertx"},
                                                                       {"org.playframework", "play"}}};
    for (const auto& [mark, name] : marks) {
        const auto plugin = std::ranges::any_of(
            file.plugins, [&, mark = mark](const auto& id) { return id.find(mark) != std::string::npos; });
        const auto used = matches(file.text, R"((?i)(?:implementation|api|compile|runtimeOnly|compileOnly)\b)") &&
                          file.used.find(mark) != std::string::npos;
        if (plugin || used) {
            return std::string(name);
        }
    }
    return "none";
}

int rank_of(const GradleFile& file, const Folder& module, MainSearch& search)
{
    if (has_plugin(file, "org.springframework.boot") || has_plugin(file, "io.quarkus") ||
        has_plugin(file, "io.micronaut.application") || has_plugin(file, "io.ktor.plugin")) {
        return by_plugin;
    }
    if (is_application(file)) {
        return by_application;
    }
    if (has_shadow(file) || has_plugin(file, "war") || file.text.find("Main-Class") != std::string::npos) {
        return by_manifest;
    }
    return search.find(module).empty() ? 0 : by_main;
}

/// What runs on a phone or in a browser is no server.
std::string refusal_of(const GradleBuild& build)
{
    const auto any = [&](std::string_view id) {
        return std::ranges::any_of(build.files, [&](const auto& file) { return has_plugin(file, id); });
    };
    const auto server = std::ranges::any_of(build.files, [&](const auto& file) {
        return has_plugin(file, "org.springframework.boot") || is_application(file);
    });
    if (!server && any("com.android.application")) {
        return "this is an Android application: it runs on a phone, so there is no image to make of it";
    }
    if (!server &&
        (any("org.jetbrains.kotlin.js") ||
         (any("org.jetbrains.kotlin.multiplatform") && std::ranges::any_of(build.files, [](const auto& file) {
              return matches(file.text, R"(^\s*(?:js|wasmJs)\s*(?:\(|\{))");
          })))) {
        return "this is Kotlin for browsers, which makes no server: publish what its build makes as files";
    }
    return {};
}

std::string main_class_of(const GradleFile& file)
{
    for (const auto* const pattern :
         {R"(mainClass(?:Name)?\s*(?:=|\.set\s*\()\s*["']([\w.$]+)["'])", R"(mainClassName\s+["']([\w.$]+)["'])",
          R"(["']?Main-Class["']?\s*(?:\]\s*=|:|to|,|=)\s*["']([\w.$]+)["'])", R"(application\(["']([\w.$]+)["']\))"}) {
        if (const auto found = find_match(file.text, pattern)) {
            return *found;
        }
    }
    return {};
}

void set_jar(const GradleBuild& build, const GradleFile& file, std::string_view task, const std::string& suffix,
             JavaProject& project)
{
    const auto libs = in_module(project.module, "build/libs/");
    const auto set = archive_name(file, task);
    project.artifact = JavaArtifact::jar;
    project.build = task;
    project.made = libs + (set.empty() ? base_name(build, file, task) + suffix : set);
    project.pattern = libs + (set.empty() ? "*" + suffix : set);
}

/// Source: Ktor's documentation, "Creating fat JARs using the Ktor Gradle plugin".
void set_ktor_jar(const GradleBuild& build, const GradleFile& file, JavaProject& project)
{
    set_jar(build, file, "buildFatJar", "-all.jar", project);
    const auto name = find_match(file.text, R"(archiveFileName\s*(?:=|\.set\s*\()\s*["']([^"'$/\n]+)["'])");
    if (name && matches(file.text, R"(fatJar\s*\{)")) {
        project.made = project.pattern = in_module(project.module, "build/libs/" + *name);
    } else {
        const auto all = project_name(build, file) + "-all.jar";  // the plugin leaves the version out
        project.made = in_module(project.module, "build/libs/" + all);
    }
}

std::string shadow_suffix(const GradleFile& file)
{
    const auto classifier =
        find_match(file.text, R"((?:archiveClassifier|classifier)\s*(?:=|\.set\s*\()\s*(?:null|["']([\w-]*)["']))");
    if (!classifier) {
        return "-all.jar";
    }
    return classifier->empty() ? ".jar" : "-" + *classifier + ".jar";
}

void set_script(const GradleBuild& build, const GradleFile& file, JavaProject& project)
{
    const auto name = find_match(file.text, R"(\bapplicationName\s*=\s*["']([\w.-]+)["'])");
    const auto script = name.value_or(project_name(build, file));
    project.artifact = JavaArtifact::folder;
    project.build = "installDist";
    project.made = in_module(project.module, "build/install/" + script + "/bin/" + script);
    project.pattern = in_module(project.module, "build/install/*");
}

/// The task, and the path of what it makes.
void set_artifact(const GradleBuild& build, const GradleFile& file, JavaProject& project)
{
    if (has_plugin(file, "io.quarkus")) {
        project.artifact = JavaArtifact::quarkus_app;
        project.build = "quarkusBuild";
        project.made = in_module(project.module, "build/quarkus-app/quarkus-run.jar");
    } else if (has_plugin(file, "org.springframework.boot")) {
        const auto war = has_plugin(file, "war");
        set_jar(build, file, war ? "bootWar" : "bootJar", war ? ".war" : ".jar", project);
    } else if (has_plugin(file, "war")) {
        project.refusal = fmt::format("{} makes a WAR, which needs a servlet container such as Tomcat: write its "
                                      "Dockerfile, or make a jar of it",
                                      file.path);
    } else if (has_shadow(file)) {
        set_jar(build, file, "shadowJar", shadow_suffix(file), project);
    } else if (has_plugin(file, "io.ktor.plugin")) {
        set_ktor_jar(build, file, project);
    } else if (is_application(file) && !project.main_class.empty()) {
        set_script(build, file, project);
    } else if (file.text.find("Main-Class") != std::string::npos) {
        set_jar(build, file, "jar", ".jar", project);
    } else if (!project.main_class.empty()) {
        set_jar(build, file, "jar", ".jar", project);
        project.artifact = JavaArtifact::class_path;
        if (!file.used.empty()) {
            project.warnings.emplace_back("the build has no application plugin: the libraries of the program are not "
                                          "in its jar; add `application` "
                                          "with mainClass");
        }
    }
}

/// Whether the build can be configured from its own files: no script, build or history elsewhere is read.
bool is_alone(const GradleBuild& build)
{
    return build.complete && std::ranges::none_of(build.files, [](const GradleFile& file) {
               return matches(file.text, R"(git-properties|gradle-git|grgit|nebula|rev-parse)") ||
                      matches(file.text, R"(\bapply\s*\(?\s*from\s*[:=]\s*["'](?:[^g]|g[^r]))") ||
                      matches(file.text, R"(\bapply\s*\(?\s*from\s*[:=]\s*[^"'\s])");
           });
}

void set_commands(const Folder& folder, const GradleBuild& build, JavaProject& project)
{
    project.wrapper = folder.has_file("gradlew") && folder.has_file("gradle/wrapper/gradle-wrapper.properties");
    if (folder.has_file("gradlew") && !project.wrapper) {
        project.warnings.emplace_back(
            "gradlew lacks gradle/wrapper/gradle-wrapper.properties: the Gradle of the image is taken");
    }
    if (const auto* text = folder.text("gradle/wrapper/gradle-wrapper.properties");
        text != nullptr && project.wrapper) {
        project.tool_version = find_match(*text, R"(distributionUrl=.*gradle-([\d.]+))").value_or("");
    }
    const std::string gradle = project.wrapper ? "./gradlew --no-daemon" : "gradle --no-daemon";
    const auto prefix = project.module.empty() || project.build == "stage"
                            ? std::string()
                            : ":" + replaced(project.module, '/', ':') + ":";
    for (const auto* const name : {"settings.gradle", "settings.gradle.kts", "gradle.properties", "gradle.lockfile"}) {
        if (folder.has_file(name)) {
            project.inputs.emplace_back(name);
        }
    }
    for (const auto& file : build.files) {
        project.inputs.push_back(file.path);
    }
    for (const auto* const name : {"gradle", "buildSrc", "build-logic"}) {
        if (folder.has_directory(name)) {
            project.inputs.push_back(std::string(name) + "/");
        }
    }
    if (project.wrapper) {
        project.inputs.emplace_back("gradlew");
    }
    project.install = is_alone(build) ? gradle + " " + shell_quote(prefix + "dependencies") : std::string();
    project.build =
        project.build.empty() ? gradle + " build -x test" : gradle + " " + shell_quote(prefix + project.build);
}

bool is_old(const GradleBuild& build, const GradleFile& file)
{
    return matches(file.text, R"re((?:^|[{;])\s*(?:compile|testCompile|runtime)[\s(]+["'])re") ||
           matches(
               build.files.front().text,
               R"re((?:spring-boot-gradle-plugin:|springframework\.boot["')]+\s*version\s*["'(]+)(?:1|2\.[0-4])\.)re");
}

/// A convention of Procfiles: a task `stage` makes what they start.
bool is_staged(const Folder& folder, const GradleBuild& build)
{
    return find_process(folder) && matches(build.files.front().text, R"re(\btask\s+stage\b|\(["']stage["'])re");
}

void add_main(const Folder& module, const GradleFile& file, MainSearch& search, JavaProject& project)
{
    project.main_class = main_class_of(file);
    const auto mains = search.find(module);
    if (!mains.empty()) {
        project.evidence.push_back({{mains.front().file, mains.front().line, 1}, "the main method"});
        project.main_class = project.main_class.empty() ? mains.front().name : project.main_class;
        project.texts += mains.front().text;
    }
}

}  // namespace

std::optional<JavaProject> read_gradle(const Folder& folder, const std::string& wanted)
{
    const auto build = read_gradle_build(folder);
    if (!build) {
        return std::nullopt;
    }
    JavaProject project;
    project.manager = "gradle";
    MainSearch search;
    std::vector<JavaModule> ranked;
    for (const auto& file : build->files) {
        ranked.push_back({file.module, rank_of(file, folder.child(file.module), search)});
    }
    const auto chosen = wanted.empty() ? choose_module(folder, ranked, project.questions) : std::optional(wanted);
    project.module = chosen.value_or("");
    const auto found = std::ranges::find(build->files, project.module, &GradleFile::module);
    const auto& file = found == build->files.end() ? build->files.front() : *found;
    const auto module = project.module.empty() ? folder : folder.child(project.module);
    project.file = file.path;
    project.language = language_of_sources(module);
    project.framework = framework_of(file);
    project.pins = gradle_pins(folder, *build, file);
    project.texts = file.text + "\n" + file.used;
    project.old_gradle = is_old(*build, file);
    project.evidence.push_back({{folder.in_tree(file.path), 1, 1}, "a Gradle project"});
    add_main(module, file, search, project);
    project.refusal = refusal_of(*build);
    if (chosen && project.refusal.empty()) {
        set_artifact(*build, file, project);
    }
    if (is_staged(folder, *build)) {
        project.artifact = JavaArtifact::none;
        project.build = "stage";
        project.refusal.clear();
    }
    set_commands(folder, *build, project);
    return project;
}

std::optional<Folder> find_enclosing_build(const Folder& folder)
{
    for (auto above = folder; !above.is_root();) {
        above = above.parent();
        const auto is_module = [&](const std::string& path) { return path == folder.path(); };
        if (above.has_file("settings.gradle") || above.has_file("settings.gradle.kts")) {
            const auto build = read_gradle_build(above);
            if (build && std::ranges::any_of(build->files,
                                             [&](const auto& file) { return is_module(above.in_tree(file.module)); })) {
                return above;
            }
        }
        const auto pom = folder.has_file("pom.xml") ? Pom::read(folder.tree(), above.path()) : std::nullopt;
        if (pom && std::ranges::any_of(pom->modules(), is_module)) {
            return find_enclosing_build(above).value_or(above);
        }
    }
    return std::nullopt;
}

}  // namespace tinystacks::framework
