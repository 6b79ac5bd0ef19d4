#include "framework/detail/java_project.hpp"
#include "framework/detail/match.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace tinystacks::framework {
namespace {

std::string texts_below(const Folder& folder, const std::string& directory, std::string_view ending)
{
    std::string texts;
    for (const auto name : folder.child(directory).files()) {
        const auto* text = name.ends_with(ending) ? folder.text(in_module(directory, std::string(name))) : nullptr;
        texts += text == nullptr ? std::string() : *text + "\n";
    }
    return texts;
}

/// Source: sbt's `normalizedName`: lower case, what is no letter or digit becomes a hyphen.
std::string normalized(const std::string& name)
{
    std::string text;
    for (const auto c : to_lower(name)) {
        const auto kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
        text += kept ? c : '-';
    }
    return text;
}

void set_artifact(const std::string& plugins, const std::string& build, const std::string& project_of_root,
                  JavaProject& project)
{
    const auto name = find_match(build, R"re(\bname\s*:=\s*"+([^"\n]+)")re").value_or("");
    const auto stage = project.framework == "play" || plugins.find("sbt-native-packager") != std::string::npos;
    const auto base = name.empty() ? project_of_root : normalized(name);
    if (stage) {
        const auto script = find_match(build, R"re(executableScriptName\s*:=\s*"([^"/\n]+)")re");
        project.artifact = JavaArtifact::folder;
        project.build = "stage";
        project.made = "target/universal/stage/bin/" + script.value_or(base.empty() ? "*" : base);
        project.pattern = "target/universal/stage";
    } else if (plugins.find("sbt-assembly") != std::string::npos) {
        const auto jar = find_match(build, R"re(assemblyJarName(?:\s+in\s+assembly)?\s*:=\s*s?"([^"\n]+)")re");
        const auto version = find_match(build, R"re(\bversion\s*:=\s*"([^"\n]+)")re").value_or("*");
        const auto named = jar && jar->find('$') == std::string::npos && jar->find('/') == std::string::npos;
        const auto file = named ? *jar : (base.empty() ? "*" : base) + "-assembly-" + version + ".jar";
        project.artifact = JavaArtifact::jar;
        project.build = "assembly";
        project.made = "target/scala-*/" + file;
        project.pattern = "target/scala-*/" + (named ? *jar : std::string("*-assembly-*.jar"));
    } else {
        project.refusal =
            "sbt makes nothing here that can be started: add sbt-native-packager (`stage`) or sbt-assembly to "
            "project/plugins.sbt";
    }
}

/// build.sbt, another file of its kind, or a build that is written in Scala only; empty when there is none.
std::string find_build_file(const Folder& folder)
{
    std::string file;
    for (const auto name : folder.files()) {
        if (name.ends_with(".sbt") && (file.empty() || name == "build.sbt")) {
            file = name;
        }
    }
    const auto in_scala = file.empty() && folder.has_file("project/build.properties") &&
                          !folder.child("project").find_files(".scala", 1).empty();
    return in_scala ? "project/build.properties" : file;
}

void add_pin(const Folder& folder, const std::string& build, JavaProject& project)
{
    for (const auto* const pattern : {R"re("-?-release"\s*,\s*"(\d+)")re", R"re("-?-release:(\d+)")re",
                                      R"re("-?-java-output-version:?"?,?\s*"?(\d+)")re",
                                      R"re("-target:(?:jvm-)?([\d.]+)")re", R"re("-Xtarget:(\d+)")re"}) {
        const auto found = project.pins.empty() ? find_match(build, pattern) : std::nullopt;
        if (found) {
            project.pins.push_back(
                {*found, {folder.in_tree(project.file), line_of(build, *found), 1}, "scalacOptions"});
        }
    }
}

void add_inputs(const Folder& folder, const std::string& build, JavaProject& project)
{
    for (const auto* const name : {"project/build.properties", "project/plugins.sbt", "project/assembly.sbt"}) {
        if (folder.has_file(name)) {
            project.inputs.emplace_back(name);
        }
    }
    for (const auto name : folder.files()) {
        if (name.ends_with(".sbt")) {
            project.inputs.emplace_back(name);
        }
    }
    // Definitions of the build in Scala may read anything: then nothing can be downloaded before the sources.
    const auto alone =
        folder.child("project").find_files(".scala", 1).empty() && !matches(build, R"re(\bfile\("[^."\n])re");
    project.install = alone ? "update" : "";
}

}  // namespace

std::optional<JavaProject> read_sbt(const Folder& folder)
{
    JavaProject project;
    project.file = find_build_file(folder);
    if (project.file.empty()) {
        return std::nullopt;
    }
    project.manager = "sbt";
    project.language = "scala";
    const auto build = texts_below(folder, "", ".sbt") + texts_below(folder, "project", ".scala");
    const auto plugins = texts_below(folder, "project", ".sbt");
    project.texts = build + plugins;
    project.evidence.push_back({{folder.in_tree(project.file), 1, 1}, "an sbt project"});
    const auto play = matches(plugins, R"re("(?:com\.typesafe\.play|org\.playframework)"\s*%\s*"sbt-plugin")re") ||
                      matches(build, R"re(\bPlay(?:Scala|Java|Service)\b)re");
    project.framework = play ? "play" : "none";
    if (const auto* properties = folder.text("project/build.properties")) {
        project.tool_version = find_match(*properties, R"(^\s*sbt\.version\s*=\s*([\w.-]+))").value_or("");
    }
    add_pin(folder, build, project);
    const auto mains = MainSearch().find(folder);
    if (!mains.empty()) {
        project.main_class = mains.front().name;
        project.texts += mains.front().text;
        project.evidence.push_back({{mains.front().file, mains.front().line, 1}, "the main method"});
    }
    const auto root = find_match(build, R"re(lazy\s+val\s+`?([\w-]+)`?\s*=\s*\(?\s*project\s+in\s+file\("\."\))re");
    set_artifact(plugins, build, normalized(root.value_or("")), project);
    add_inputs(folder, build, project);
    return project;
}

}  // namespace tinystacks::framework
