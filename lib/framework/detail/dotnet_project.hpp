#pragma once

#include "framework/application.hpp"
#include "framework/tree.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tinystacks::framework {

enum class DotnetKind { library, test, console, worker, web, web_assembly, desktop, old_framework };

/// A project file of .NET. Paths are the tree's.
struct DotnetProject {
    std::string path;
    std::string directory;
    std::string language;  ///< csharp, fsharp, vb
    DotnetKind kind = DotnetKind::library;
    std::string assembly;
    std::vector<std::string> frameworks;  ///< target frameworks, "net8.0"
    Position framework_where;
    std::vector<std::string> references;  ///< project files it needs, in the tree
    std::vector<std::string> imports;     ///< further files that a restore reads
    bool open_import = false;             ///< it imports what cannot be told without running it
    bool asp_net = false;                 ///< needs the run time of ASP.NET
    bool native = false;                  ///< compiled ahead of time
    bool node = false;                    ///< its build runs npm
    bool windows_runtime = false;         ///< is published for Windows
};

/// The target framework that runs on Linux with the highest version, as "8.0"; empty when there is none.
[[nodiscard]] std::string highest_line(const std::vector<std::string>& frameworks);

/// Throws Error{invalid_input} for what is not XML.
[[nodiscard]] std::optional<DotnetProject> read_dotnet_project(const Tree& tree, const std::string& path);

/// The projects of the folder: those its solutions list, else all that lie where they are looked for.
[[nodiscard]] std::vector<DotnetProject> find_dotnet_projects(const Folder& folder);

/// The project and what it refers to, itself first.
[[nodiscard]] std::vector<DotnetProject> with_references(const Tree& tree, const DotnetProject& project);

/// What is published, and how.
struct DotnetPublish {
    DotnetProject project;
    std::vector<DotnetProject> closure;  ///< empty for a single file
    std::string sdk;                     ///< tag of the SDK's image
    std::string line;                    ///< tag of the run time's
    std::string build;                   ///< what the user wants instead
    std::string program;                 ///< text of its entry file
    bool single_file = false;
    bool listens = false;        ///< as its Procfile says
    std::string output = "out";  ///< directory of what is published, relative to the folder it is built in
};

/// `base` is the folder the image is built in.
void make_dotnet_recipe(const Folder& base, const DotnetPublish& publish, int wanted_port, Application& application);

}  // namespace tinystacks::framework
