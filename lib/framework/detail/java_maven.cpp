#include "framework/detail/java_pom.hpp"
#include "framework/detail/java_project.hpp"
#include "framework/detail/match.hpp"

#include "base/text.hpp"
#include "framework/pin.hpp"
#include "framework/release.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace tinystacks::framework {
namespace {

constexpr std::size_t most_modules = 60;
constexpr int by_plugin = 4;         ///< the build makes a server of it
constexpr int by_configuration = 3;  ///< the build names a main class
constexpr int by_main = 2;           ///< a main method is in its sources

struct Framework {
    std::string_view group;  ///< how the group of a dependency begins
    std::string_view name;
};
constexpr std::array<Framework, 7> frameworks = {{{"org.springframework.boot:", "spring-boot"},
                                                  {"io.quarkus", "quarkus"},
                                                  {"io.micronaut", "micronaut"},
                                                  {"io.helidon", "helidon"},
                                                  {"io.dropwizard:", "dropwizard"},
                                                  {"io.ktor:", "ktor"},
                                                  {"io.vertx:", "vertx"}}};

std::string framework_of(const Pom& pom)
{
    const auto dependencies = pom.dependencies();
    const auto parent = pom.parent();
    if (pom.uses("spring-boot-maven-plugin")) {
        return "spring-boot";
    }
    for (const auto& framework : frameworks) {
        if (parent.starts_with(framework.group) ||
            std::ranges::any_of(dependencies, [&](const auto& each) { return each.starts_with(framework.group); })) {
            return std::string(framework.name);
        }
    }
    return "none";
}

/// The directory relative to the folder of the build; `directory` is one of the tree.
std::string below(const Folder& folder, const std::string& directory)
{
    if (folder.is_root()) {
        return directory;
    }
    return directory == folder.path() ? std::string() : directory.substr(folder.path().size() + 1);
}

/// All modules of the build, each once, the aggregator first.
std::vector<Pom> all_modules(const Folder& folder)
{
    std::vector<Pom> found;
    std::set<std::string> seen;
    std::vector<std::string> pending = {folder.path()};
    for (std::size_t at = 0; at < pending.size() && found.size() < most_modules; ++at) {
        const auto inside =
            folder.is_root() || pending[at] == folder.path() || pending[at].starts_with(folder.path() + "/");
        if (!inside || !seen.insert(pending[at]).second) {
            continue;
        }
        if (auto pom = Pom::read(folder.tree(), pending[at])) {
            for (auto& module : pom->modules()) {
                pending.push_back(std::move(module));
            }
            found.push_back(std::move(*pom));
        }
    }
    return found;
}

constexpr std::array<std::string_view, 8> server_plugins = {
    "spring-boot-maven-plugin", "quarkus-maven-plugin", "micronaut-maven-plugin", "vertx-maven-plugin",
    "helidon-maven-plugin",     "jib-maven-plugin",     "maven-shade-plugin",     "maven-assembly-plugin"};

std::optional<PomText> main_class_of(const Pom& pom)
{
    constexpr std::array<std::array<std::string_view, 2>, 8> places = {
        {{"spring-boot-maven-plugin", "mainClass"},
         {"maven-shade-plugin", "transformers/transformer/mainClass"},
         {"maven-shade-plugin", "transformers/transformer/manifestEntries/Main-Class"},
         {"maven-assembly-plugin", "archive/manifest/mainClass"},
         {"maven-jar-plugin", "archive/manifest/mainClass"},
         {"maven-jar-plugin", "archive/manifestEntries/Main-Class"},
         {"exec-maven-plugin", "mainClass"},
         {"appassembler-maven-plugin", "programs/program/mainClass"}}};
    for (const auto& [plugin, path] : places) {
        if (auto found = pom.configuration(plugin, path); found && !found->text.empty()) {
            return found;
        }
    }
    for (const auto* const name : {"exec.mainClass", "start-class", "mainClass", "main.class"}) {
        if (auto found = pom.property(name)) {
            return found;
        }
    }
    return std::nullopt;
}

int rank_of(const Pom& pom, const Folder& module, bool only, MainSearch& search)
{
    const auto packaging = pom.packaging();
    if (packaging == "pom") {
        return 0;
    }
    if (only) {
        return 1;
    }
    const auto skipped = pom.configuration("spring-boot-maven-plugin", "skip");
    const auto itself = std::ranges::any_of(server_plugins, [&](auto plugin) { return pom.uses_itself(plugin); });
    if (itself && !(skipped && skipped->text == "true") &&
        (packaging == "war" || !search.find(module).empty() || pom.uses_itself("quarkus-maven-plugin"))) {
        return by_plugin;
    }
    if (packaging == "war") {
        return by_configuration;
    }
    if (pom.uses_itself("maven-jar-plugin") && pom.configuration("maven-jar-plugin", "archive/manifest/mainClass")) {
        return by_configuration;
    }
    return search.find(module).empty() ? 0 : by_main;
}

void add_pin(const std::optional<PomText>& text, std::string rule, std::vector<Pin>& pins)
{
    const auto known = [&](const Pin& pin) { return text && pin.text == text->text; };
    if (text && !text->text.empty() && std::ranges::none_of(pins, known)) {
        pins.push_back({text->text, text->where, std::move(rule)});
    }
}

/// Source: Maven's compiler plugin, "Setting the --release of the Java Compiler"; Spring Boot's parent for
/// java.version.
std::vector<Pin> java_pins(const Pom& pom)
{
    std::vector<Pin> pins;
    add_pin(pom.property("maven.compiler.release"), "maven.compiler.release", pins);
    add_pin(pom.configuration("maven-compiler-plugin", "release"), "release of the compiler plugin", pins);
    add_pin(pom.property("java.version"), "java.version", pins);
    if (pins.empty()) {
        add_pin(pom.property("maven.compiler.source"), "maven.compiler.source", pins);
        add_pin(pom.property("maven.compiler.target"), "maven.compiler.target", pins);
        add_pin(pom.configuration("maven-compiler-plugin", "source"), "source of the compiler plugin", pins);
        add_pin(pom.configuration("maven-compiler-plugin", "target"), "target of the compiler plugin", pins);
        add_pin(pom.configuration("kotlin-maven-plugin", "jvmTarget"), "jvmTarget", pins);
        add_pin(pom.property("kotlin.compiler.jvmTarget"), "kotlin.compiler.jvmTarget", pins);
        add_pin(pom.property("jdk.version"), "jdk.version", pins);
    }
    const auto parent = pom.parent();
    constexpr std::string_view spring = "org.springframework.boot:spring-boot-starter-parent:";
    if (pins.empty() && parent.starts_with(spring)) {
        const auto version = parent.substr(spring.size());
        pins.push_back({compare_versions(version, "3") >= 0 ? "17" : "8", pom.parent_where(),
                        "java.version of spring-boot-starter-parent " + version});
    }
    return pins;
}

bool has_libraries(const Pom& pom)
{
    const auto dependencies = pom.dependencies();
    return std::ranges::any_of(dependencies, [](const auto& each) { return !each.ends_with(" (provided)"); });
}

void set_jar(const Folder& folder, const Pom& pom, const std::string& name, const std::string& pattern,
             JavaProject& project)
{
    const auto target = in_module(below(folder, pom.directory()), "target/");
    project.artifact = JavaArtifact::jar;
    project.made = target + name;
    project.pattern = target + pattern;
}

/// Spring Boot, Micronaut, Quarkus and Helidon know what they make; empty for others.
bool set_by_framework(const Folder& folder, const Pom& pom, JavaProject& project)
{
    const auto name = pom.final_name();
    const auto target = in_module(below(folder, pom.directory()), "target/");
    if (pom.uses("spring-boot-maven-plugin")) {
        const auto classifier = pom.configuration("spring-boot-maven-plugin", "classifier");
        const auto own = pom.configuration("spring-boot-maven-plugin", "finalName");
        const auto ending = pom.packaging() == "war" ? std::string(".war") : std::string(".jar");
        const auto suffix = classifier ? "-" + classifier->text + ending : ending;
        set_jar(folder, pom, (own ? own->text : name) + suffix, "*" + suffix, project);
        return true;
    }
    if (pom.uses("quarkus-maven-plugin")) {
        const auto* properties = folder.child(project.module).text("src/main/resources/application.properties");
        const auto uber =
            (properties != nullptr && matches(*properties, R"(^quarkus\.package\.(?:jar\.)?type\s*=\s*uber-jar)")) ||
            pom.property("quarkus.package.type").value_or(PomText{}).text == "uber-jar" ||
            pom.property("quarkus.package.jar.type").value_or(PomText{}).text == "uber-jar";
        const auto version = pom.property("quarkus.platform.version");
        const auto old = pom.property("quarkus.version");
        const auto legacy = !version && old && compare_versions(old->text, "1.12") < 0;
        if (uber) {
            set_jar(folder, pom, name + "-runner.jar", "*-runner.jar", project);
        } else if (legacy) {
            set_jar(folder, pom, name + "-runner.jar", "*-runner.jar", project);
            project.libraries = target + "lib";
        } else {
            project.artifact = JavaArtifact::quarkus_app;
            project.made = target + "quarkus-app/quarkus-run.jar";
        }
        return true;
    }
    if (pom.parent().find(":micronaut-parent:") != std::string::npos || pom.uses("vertx-maven-plugin")) {
        set_jar(folder, pom, name + ".jar", "*.jar", project);
        return true;
    }
    if (pom.parent().starts_with("io.helidon.applications:")) {
        set_jar(folder, pom, name + ".jar", "*.jar", project);
        project.libraries = target + "libs";
        return true;
    }
    return false;
}

void set_artifact(const Folder& folder, const Pom& pom, JavaProject& project)
{
    const auto name = pom.final_name();
    if (set_by_framework(folder, pom, project)) {
        return;
    }
    if (pom.uses("maven-shade-plugin")) {
        const auto own = pom.configuration("maven-shade-plugin", "finalName");
        const auto attached = pom.configuration("maven-shade-plugin", "shadedArtifactAttached");
        const auto classifier = pom.configuration("maven-shade-plugin", "shadedClassifierName");
        const auto suffix = attached && attached->text == "true"
                                ? "-" + (classifier ? classifier->text : std::string("shaded")) + ".jar"
                                : std::string(".jar");
        set_jar(folder, pom, (own ? own->text : name) + suffix, own ? own->text + suffix : "*" + suffix, project);
        return;
    }
    if (const auto descriptor = pom.configuration("maven-assembly-plugin", "descriptorRefs/descriptorRef");
        descriptor && pom.uses("maven-assembly-plugin")) {
        const auto own = pom.configuration("maven-assembly-plugin", "finalName");
        const auto appended = pom.configuration("maven-assembly-plugin", "appendAssemblyId");
        const auto suffix =
            appended && appended->text == "false" ? std::string(".jar") : "-" + descriptor->text + ".jar";
        set_jar(folder, pom, (own ? own->text : name) + suffix, own ? own->text + suffix : "*" + suffix, project);
        return;
    }
    if (project.main_class.empty()) {
        return;
    }
    set_jar(folder, pom, name + ".jar", "*.jar", project);
    const auto in_manifest = pom.configuration("maven-jar-plugin", "archive/manifest/mainClass").has_value();
    if (has_libraries(pom) || !in_manifest) {
        project.artifact = JavaArtifact::class_path;
        project.libraries = in_module(project.module, "target/lib");
    }
}

void set_commands(const Folder& folder, const std::vector<Pom>& modules, const Pom& pom, JavaProject& project)
{
    project.wrapper = folder.has_file("mvnw") && folder.has_file(".mvn/wrapper/maven-wrapper.properties");
    if (folder.has_file("mvnw") && !project.wrapper) {
        project.warnings.emplace_back(
            "mvnw lacks .mvn/wrapper/maven-wrapper.properties: the Maven of the image is taken");
    }
    const std::string maven = project.wrapper ? "./mvnw -B" : "mvn -B";
    const auto* text = folder.text("pom.xml");
    const auto local = text != nullptr && (text->find("<scope>system</scope>") != std::string::npos ||
                                           text->find("<url>file:") != std::string::npos);
    const auto profile =
        text != nullptr && matches(*text, R"(<id>production</id>)") ? std::string(" -Pproduction") : std::string();
    for (const auto& module : modules) {
        project.inputs.push_back(in_module(below(folder, module.directory()), "pom.xml"));
    }
    if (folder.has_directory(".mvn")) {
        project.inputs.emplace_back(".mvn/");
    }
    if (project.wrapper) {
        project.inputs.emplace_back("mvnw");
    }
    // What modules need of each other is not there before they are built.
    project.install = local                ? std::string()
                      : modules.size() > 1 ? maven + " dependency:resolve-plugins -DexcludeReactor=true"
                                           : maven + " dependency:go-offline";
    const auto chosen = project.module.empty() ? std::string() : " -pl " + shell_quote(project.module) + " -am";
    project.build = maven + profile + chosen + " -DskipTests package";
    if (project.artifact == JavaArtifact::class_path) {
        project.build += " dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory=target/lib";
    }
    if (pom.packaging() == "war" && project.framework != "spring-boot") {
        project.artifact = JavaArtifact::none;
        project.refusal = fmt::format(
            "{} makes a WAR, which needs a servlet container such as Tomcat: write its Dockerfile, or make a jar of it",
            pom.file());
    }
}

void add_main(const Pom& pom, const std::vector<MainClass>& mains, JavaProject& project)
{
    if (const auto named = main_class_of(pom)) {
        project.main_class = named->text;
        project.evidence.push_back({named->where, "the main class"});
    } else if (!mains.empty()) {
        project.main_class = mains.front().name;
        project.evidence.push_back({{mains.front().file, mains.front().line, 1}, "the main method"});
    }
    for (const auto& main : mains) {
        project.texts += main.text;
    }
}

}  // namespace

std::optional<JavaProject> read_maven(const Folder& folder, const std::string& wanted)
{
    const auto modules = all_modules(folder);
    if (modules.empty()) {
        return std::nullopt;
    }
    JavaProject project;
    project.manager = "maven";
    MainSearch search;
    std::vector<JavaModule> ranked;
    for (const auto& pom : modules) {
        ranked.push_back({below(folder, pom.directory()),
                          rank_of(pom, Folder(folder.tree(), pom.directory()), modules.size() == 1, search)});
    }
    const auto chosen = wanted.empty() ? choose_module(folder, ranked, project.questions) : std::optional(wanted);
    project.module = chosen.value_or("");
    const auto found =
        std::ranges::find_if(modules, [&](const Pom& pom) { return below(folder, pom.directory()) == project.module; });
    const auto& pom = found == modules.end() ? modules.front() : *found;
    const Folder module(folder.tree(), pom.directory());
    project.file = in_module(project.module, "pom.xml");
    project.language = language_of_sources(module);
    project.framework = framework_of(pom);
    project.pins = java_pins(pom);
    project.evidence.push_back({{pom.file(), pom.root().line, 1}, "a Maven project"});
    if (modules.size() > 1 && chosen) {
        project.evidence.push_back({{pom.file(), 0, 0}, "of its modules this one can be started"});
    }
    for (const auto& each : pom.dependencies()) {
        project.texts += each + "\n";
    }
    add_main(pom, search.find(module), project);
    if (chosen) {
        set_artifact(folder, pom, project);
    }
    set_commands(folder, modules, pom, project);
    return project;
}

}  // namespace tinystacks::framework
