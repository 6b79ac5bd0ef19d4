#pragma once

#include "base/error.hpp"
#include "framework/tree.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::framework::python {

/// A package that the application asks for.
struct Dependency {
    std::string name;  ///< normalised: "psycopg2-binary"
    std::vector<std::string> extras;
    Position where;
};

/// What is installed, by name. Never by a part of a name: fastapi-ipware is not FastAPI.
class Dependencies {
public:
    void add(Dependency dependency);
    [[nodiscard]] const Dependency* find(std::string_view name) const;
    [[nodiscard]] bool has(std::string_view name) const { return find(name) != nullptr; }
    [[nodiscard]] bool has_extra(std::string_view name, std::string_view extra) const;
    [[nodiscard]] bool empty() const { return all_.empty(); }

private:
    std::vector<Dependency> all_;
};

/// What files say of dependencies.
struct Requirements {
    Dependencies dependencies;
    std::vector<std::string> files;  ///< of pip's requirements, each with those it includes, relative to the folder
    bool from_git = false;           ///< something is fetched by git
    bool from_sources = false;       ///< something is installed from the repository itself: `-e .`, `./lib`
};

/// A package's name as indexes compare it. Source: PEP 503, "Normalized Names".
[[nodiscard]] std::string normalised(std::string_view name);

/// One requirement, "name[extra] >= 1; marker" or a URL with `#egg=`; empty when it is no name, or not for Linux.
/// Source: PEP 508.
[[nodiscard]] std::optional<Dependency> parse_requirement(std::string_view text);

/// A file of requirements and those it includes. Source: pip's documentation, "Requirements File Format".
void read_requirements(const Folder& folder, const std::string& file, Requirements& requirements);
/// `[project]` and `[tool.poetry]` of a pyproject.toml, production only.
void read_pyproject(const Folder& folder, Requirements& requirements);
/// `[packages]` of a Pipfile.
void read_pipfile(const Folder& folder, Requirements& requirements);
/// `install_requires` of setup.cfg and setup.py, where it is a list of texts.
void read_setup(const Folder& folder, Requirements& requirements);

}  // namespace tinystacks::framework::python
