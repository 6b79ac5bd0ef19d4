#pragma once

#include "framework/application.hpp"
#include "framework/detail/python_requirements.hpp"
#include "framework/detect.hpp"

#include <string>
#include <vector>

namespace tinystacks::framework::python {

/// What a project says of itself and of how it is installed.
struct Project {
    std::string manager = "none";  ///< uv, poetry, pdm, pipenv, pip
    std::string version;           ///< of the manager, as it is pinned; empty when nothing says it
    std::string manifest;          ///< the file that speaks for it; empty when there is none
    std::string lock;
    Requirements requirements;
    std::string name;                  ///< of [project]; normalised
    std::vector<std::string> members;  ///< folders of a uv workspace
    bool is_package = false;           ///< it is itself installed into the environment
    bool by_pyproject = false;         ///< pip reads pyproject.toml, not a file of requirements
    bool by_setup = false;             ///< pip runs setup.py
    bool dynamic = false;              ///< pyproject.toml does not list the dependencies itself
    bool tools_only = false;           ///< pyproject.toml holds settings of linters and no project
};

/// Reads the manifests. Several lock files that nothing decides between become a question.
[[nodiscard]] Project read_project(const Folder& folder, const Overrides& overrides, Application& application);

}  // namespace tinystacks::framework::python
