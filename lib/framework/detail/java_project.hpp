#pragma once

#include "framework/application.hpp"
#include "framework/detect.hpp"
#include "framework/tree.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tinystacks::framework {

/// What the build leaves of which the image is made.
enum class JavaArtifact {
    none,         ///< nothing that can be started
    jar,          ///< one jar with all it needs
    class_path,   ///< a jar, and its libraries in a directory beside it
    quarkus_app,  ///< Quarkus' folder, started by its quarkus-run.jar
    folder        ///< bin/NAME with lib/: Gradle's installDist, sbt's stage
};

/// What a build file of the Java world says.
struct JavaProject {
    std::string manager = "none";
    std::string file;    ///< the build file that decided, relative to the folder of the build
    std::string module;  ///< the directory of what is started, relative to that folder; "" for the folder itself
    std::string language = "java";
    std::string framework = "none";
    std::vector<Pin> pins;  ///< what the build files say, the strongest first
    JavaArtifact artifact = JavaArtifact::none;
    /// The jar or folder, relative to the folder of the build: "target/shop-1.2.jar". Its name is a shell pattern
    /// where the build file leaves it open.
    std::string made;
    std::string pattern;    ///< the same for every version: "target/*.jar"; empty for `made`
    std::string libraries;  ///< directory of the libraries of a class path, relative to the folder of the build
    std::string main_class;
    std::string texts;  ///< of the build files, in which dependencies are looked for
    bool wrapper = false;
    std::string tool_version;         ///< of the build tool, when a wrapper or property file says it
    bool old_gradle = false;          ///< written for Gradle before 7
    std::vector<std::string> inputs;  ///< what the download of dependencies reads
    std::string install;              ///< one shell line that downloads them; empty when that cannot be done alone
    std::string build;
    std::vector<Evidence> evidence;
    std::vector<std::string> warnings;
    std::vector<Question> questions;
    std::string refusal;
};

/// A class with a main method.
struct MainClass {
    std::string name;  ///< "com.example.App", "com.example.AppKt"
    std::string file;  ///< relative to the tree
    std::size_t line = 0;
    std::string text;
};

/// Looks for main methods, reading a limited number of files.
class MainSearch {
public:
    /// Of the sources below a module, the likeliest first.
    [[nodiscard]] std::vector<MainClass> find(const Folder& module);

private:
    int left_ = 200;  ///< files that may still be read
};

/// A module of a build with several, and how likely it is what is started.
struct JavaModule {
    std::string path;
    int rank = 0;  ///< 0 for a library
};

/// The module of the highest rank; several ask for --root. Empty when all are libraries.
[[nodiscard]] std::optional<std::string> choose_module(const Folder& folder, const std::vector<JavaModule>& modules,
                                                       std::vector<Question>& questions);

/// `module` + "/" + `name`; `name` alone for the root.
[[nodiscard]] std::string in_module(const std::string& module, const std::string& name);

/// kotlin, scala or java: what most of the module's sources are.
[[nodiscard]] std::string language_of_sources(const Folder& module);

/// Each reads the build in `folder` for the application in `module` ("" to look for it); empty when there is none.
[[nodiscard]] std::optional<JavaProject> read_maven(const Folder& folder, const std::string& module);
[[nodiscard]] std::optional<JavaProject> read_gradle(const Folder& folder, const std::string& module);
[[nodiscard]] std::optional<JavaProject> read_sbt(const Folder& folder);
/// Without a build tool: sources in the folder, a jar that is there, an unpacked jar.
[[nodiscard]] std::optional<JavaProject> read_java_files(const Folder& folder);

/// The folder above whose Maven or Gradle build `folder` is a module of.
[[nodiscard]] std::optional<Folder> find_enclosing_build(const Folder& folder);

/// Fills in stages, command, port and health. `line` is Java's: "21".
void make_java_recipe(const Folder& folder, const JavaProject& project, const std::string& line,
                      const Overrides& overrides, Application& application);

}  // namespace tinystacks::framework
