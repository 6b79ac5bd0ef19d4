#include "framework/detail/java_project.hpp"
#include "framework/detail/languages.hpp"
#include "framework/detail/match.hpp"

#include "base/text.hpp"
#include "framework/pin.hpp"

#include <algorithm>
#include <array>

namespace tinystacks::framework {
namespace {

/// Source: Eclipse Temurin's release roadmap and Oracle's Java SE support roadmap, for the lines Temurin never had.
constexpr std::array<Release, 23> java_lines = {
    {{"27", "27", "2027-03-31", "", false}, {"26", "26", "2026-09-30", "", false},
     {"25", "25", "2031-09-30", "", true},  {"24", "24", "2025-09-16", "", false},
     {"23", "23", "2025-03-18", "", false}, {"22", "22", "2024-09-17", "", false},
     {"21", "21", "2029-12-31", "", true},  {"20", "20", "2023-09-19", "", false},
     {"19", "19", "2023-03-21", "", false}, {"18", "18", "2022-09-20", "", false},
     {"17", "17", "2027-10-31", "", true},  {"16", "16", "2021-09-14", "", false},
     {"15", "15", "2021-03-16", "", false}, {"14", "14", "2020-09-16", "", false},
     {"13", "13", "2020-03-17", "", false}, {"12", "12", "2019-09-17", "", false},
     {"11", "11", "2027-10-31", "", true},  {"10", "10", "2018-09-25", "", false},
     {"9", "9", "2018-03-20", "", false},   {"8", "8", "2030-12-31", "", true},
     {"7", "7", "2022-07-31", "", false},   {"6", "6", "2018-12-31", "", false},
     {"5", "5", "2015-05-31", "", false}}};
constexpr Releases java_releases = {"java", "2026-11-30", "21", java_lines};

/// The lines that Temurin keeps up; a newer one runs what was made for one between.
constexpr std::array<std::string_view, 5> kept_up = {"8", "11", "17", "21", "25"};

/// "sdk use"'s file: java=21.0.2-tem
std::optional<Pin> sdkman_pin(const Folder& folder)
{
    const auto* text = folder.text(".sdkmanrc");
    const auto found = text == nullptr ? std::nullopt : find_match(*text, R"(^\s*java\s*=\s*(\S+))");
    return found ? std::optional(Pin{*found, {folder.in_tree(".sdkmanrc"), line_of(*text, *found), 1}, ".sdkmanrc"})
                 : std::nullopt;
}

std::optional<Pin> properties_pin(const Folder& folder)
{
    const auto* text = folder.text("system.properties");
    const auto found =
        text == nullptr ? std::nullopt : find_match(*text, R"(^\s*java\.runtime\.version\s*[=:]\s*(\S+))");
    return found
               ? std::optional(Pin{
                     *found, {folder.in_tree("system.properties"), line_of(*text, *found), 1}, "java.runtime.version"})
               : std::nullopt;
}

bool is_enough(const Pin& exact, const Pin& least)
{
    const auto high = find_release(exact.text, java_releases);
    const auto low = find_release(least.text, java_releases);
    return high && low && compare_versions(*high, *low) >= 0;
}

/// What a compiler is told is the least that runs it, so a newer JDK that is asked for elsewhere is no contradiction.
std::vector<Pin> all_pins(const Folder& home, const JavaProject& project, const Overrides& overrides)
{
    std::vector<Pin> pins;
    if (!overrides.version.empty()) {
        pins.push_back({overrides.version, {}, std::string(said_version)});
    }
    std::ranges::move(tool_pins(home, {"java"}), std::back_inserter(pins));
    for (auto pin : {file_pin(home, ".java-version"), sdkman_pin(home), file_pin(home, ".jdk-version")}) {
        if (pin) {
            pins.push_back(std::move(*pin));
        }
    }
    const auto legacy = properties_pin(home);
    const auto higher = legacy && std::ranges::all_of(project.pins, [&](const Pin& pin) {
                            return pin.rule.find("oolchain") == std::string::npos && is_enough(*legacy, pin);
                        });
    if (higher) {
        pins.push_back(*legacy);
    }
    for (const auto& pin : project.pins) {
        if (pins.empty() || !is_enough(pins.front(), pin)) {
            pins.push_back(pin);
        }
    }
    if (legacy && !higher && pins.empty()) {
        pins.push_back(*legacy);
    }
    return pins;
}

/// Source: Gradle's compatibility matrix.
std::string newest_for_gradle(const std::string& version)
{
    constexpr std::array<std::array<std::string_view, 2>, 5> least = {
        {{"9.1", "25"}, {"8.5", "21"}, {"7.3", "17"}, {"5.0", "11"}, {"0", "8"}}};
    const auto found =
        std::ranges::find_if(least, [&](const auto& row) { return compare_versions(version, row[0]) >= 0; });
    return std::string((*found)[1]);
}

/// The line of which there is an image, and why it is another one than was asked for.
std::string image_line(const Runtime& runtime, const JavaProject& project, std::vector<std::string>& warnings)
{
    const auto* known = find_line(runtime.release, java_releases);
    const auto line =
        known == nullptr ? runtime.release.substr(0, runtime.release.find('.')) : std::string(known->line);
    if (!runtime.pin && project.manager == "gradle") {
        const auto bound = project.old_gradle && project.tool_version.empty() ? std::string("11")
                           : project.tool_version.empty()                     ? line
                                                                              : newest_for_gradle(project.tool_version);
        return compare_versions(bound, line) < 0 ? bound : line;
    }
    const auto kept = std::ranges::find_if(kept_up, [&](auto each) { return compare_versions(each, line) >= 0; });
    if (kept == kept_up.end()) {
        const auto named = runtime.pin && runtime.pin->text.find_first_of("0123456789") == std::string::npos;
        return named ? std::string(kept_up.back()) : line;  // "latest"
    }
    if (*kept != line) {
        warnings.push_back(fmt::format("no image of Java {} is kept up: Java {} builds and runs it", line, *kept));
    } else if (runtime.pin && runtime.release.find('.') != std::string::npos) {
        warnings.push_back(fmt::format("'{}' names one release: the image has the newest Java {}",
                                       printable_line(runtime.pin->text), line));
    }
    return std::string(*kept);
}

bool is_polyglot(const Folder& folder)
{
    return folder.has_file(".mvn/extensions.xml") &&
           !folder.first_file({"pom.yml", "pom.yaml", "pom.groovy", "pom.scala", "pom.clj", "pom.rb", "pom.atom"})
                .empty();
}

bool has_gradle(const Folder& folder)
{
    return !folder.first_file({"build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts"}).empty();
}

/// A pom.yml or the like is read by an extension of Maven only: what it makes is found when it is built.
JavaProject polyglot(const Folder& folder)
{
    JavaProject project;
    project.manager = "maven";
    project.file =
        folder.first_file({"pom.yml", "pom.yaml", "pom.groovy", "pom.scala", "pom.clj", "pom.rb", "pom.atom"});
    project.language = language_of_sources(folder);
    project.artifact = JavaArtifact::jar;
    project.made = project.pattern = "target/*.jar";
    project.wrapper = folder.has_file("mvnw") && folder.has_file(".mvn/wrapper/maven-wrapper.properties");
    project.build = project.wrapper ? "./mvnw -B -DskipTests package" : "mvn -B -DskipTests package";
    project.evidence.push_back({{folder.in_tree(project.file), 1, 1}, "a Maven project in another notation"});
    return project;
}

std::optional<JavaProject> read_build(const Folder& folder, const std::string& module)
{
    const auto maven = folder.has_file("pom.xml");
    const auto gradle = has_gradle(folder);
    if (maven && !(gradle && folder.has_file("gradlew") && !folder.has_file("mvnw"))) {
        auto project = read_maven(folder, module);
        if (project && gradle) {
            project->warnings.emplace_back("there are files of Maven and of Gradle: Maven is taken");
        }
        return project;
    }
    if (gradle) {
        auto project = read_gradle(folder, module);
        if (project && maven) {
            project->warnings.emplace_back("there are files of Maven and of Gradle: Gradle is taken for its gradlew");
        }
        return project;
    }
    return std::nullopt;
}

int score_of(const JavaProject& project)
{
    if (project.manager == "none") {
        return by_stray_file;
    }
    if (project.framework != "none") {
        return by_framework;
    }
    return project.artifact == JavaArtifact::none && project.questions.empty() ? by_library : by_start;
}

/// What there is in the folder itself, `base` being the folder of the build.
std::optional<JavaProject> read_project(const Folder& folder, Folder& base)
{
    std::optional<JavaProject> project;
    if (const auto enclosing = find_enclosing_build(folder)) {
        base = *enclosing;
        project = read_build(base, folder.path().substr(base.is_root() ? 0 : base.path().size() + 1));
    } else {
        project = read_build(folder, "");
    }
    if (!project) {
        project = is_polyglot(folder) ? std::optional(polyglot(folder)) : read_sbt(folder);
    }
    return project ? project : read_java_files(folder);
}

void override_names(const Overrides& overrides, JavaProject& project)
{
    constexpr std::array<std::string_view, 8> offered = {"spring-boot", "quarkus", "micronaut", "ktor",
                                                         "play",        "helidon", "vertx",     "dropwizard"};
    if (std::ranges::find(offered, overrides.framework) != offered.end()) {
        project.framework = overrides.framework;
    } else if (overrides.framework == "java" || overrides.framework == "kotlin" || overrides.framework == "scala") {
        project.language = overrides.framework;
    }
    if (!overrides.build.empty()) {
        project.build = overrides.build;
    }
}

}  // namespace

std::optional<Application> detect_java(const Folder& folder, const Overrides& overrides)
{
    auto base = folder;
    auto project = read_project(folder, base);
    if (!project) {
        return std::nullopt;
    }
    override_names(overrides, *project);
    Application application;
    application.language = project->language;
    application.package_manager = project->manager;
    application.package_manager_version = project->tool_version;
    application.framework = project->framework;
    application.evidence = project->evidence;
    application.warnings = project->warnings;
    application.questions = project->questions;
    application.refusal = project->refusal;
    application.entry = project->main_class;
    application.score = score_of(*project);
    if (base.path() != folder.path()) {
        application.context = base.path();
    }
    auto& runtime = application.runtime;
    runtime = choose_runtime(all_pins(folder, *project, overrides), java_releases, application.warnings);
    runtime.release = image_line(runtime, *project, application.warnings);
    if (runtime.pin) {
        application.evidence.push_back({runtime.pin->where, "Java's version: " + runtime.pin->rule});
    }
    make_java_recipe(base, *project, runtime.release, overrides, application);
    return application;
}

}  // namespace tinystacks::framework
