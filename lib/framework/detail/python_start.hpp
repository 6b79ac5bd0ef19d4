#pragma once

#include "framework/application.hpp"
#include "framework/detail/python_entry.hpp"
#include "framework/detail/python_manager.hpp"
#include "framework/detail/python_object.hpp"
#include "framework/detect.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tinystacks::framework::python {

/// How an application is started, and what that needs.
struct Start {
    std::string framework = "none";
    std::string entry;              ///< the file
    std::string command;            ///< as a shell would start it; empty when it is not known
    std::vector<std::string> argv;  ///< of the image
    int port = 0;
    std::string health_path = "/";
    int start_period = 10;
    std::vector<std::string> installs;  ///< servers that no manifest names: "gunicorn==23.0.0"
    std::vector<std::pair<std::string, std::string>> environment;
    std::string module_path;          ///< directory for PYTHONPATH, relative; empty for none
    std::vector<std::string> builds;  ///< RUN lines with the sources and the dependencies there
    std::vector<std::string> writable;
    bool is_script = false;      ///< python itself is told to stop, and does not listen by itself
    bool needs_package = false;  ///< the project must be installed for it
};

/// What all ways to start look at.
struct Code {
    const Folder& folder;
    const Project& project;
    const Overrides& overrides;
    std::string release;  ///< of Python
    std::vector<std::string> files;
    std::vector<Object> objects;
};

/// Django with a manage.py; empty when there is none. What to know about it goes into `application`.
[[nodiscard]] std::optional<Start> find_django(const Code& code, Application& application);
/// A framework whose server object or call the code has.
[[nodiscard]] std::optional<Start> find_web(const Code& code, Application& application);
/// What the project calls start, its only script, a worker, or a file that is one by name.
[[nodiscard]] std::optional<Start> find_plain(const Code& code, Application& application);

/// The project's own script in front of `web`: the one called start, or one that starts a server others can reach.
[[nodiscard]] std::optional<Start> find_server_script(const Code& code, const Start& web, Application& application);

/// A server that is started in the image although no manifest names it: adds it and says so.
void require(Start& start, const Code& code, Application& application, const std::string& package,
             const std::string& release);

/// `/health` or the like, when a text has such a route.
[[nodiscard]] std::string find_health(const Code& code);

/// gunicorn's, with the port where it reads it itself.
void start_gunicorn(Start& start, const Code& code, const std::string& target, const std::string& options);
void start_uvicorn(Start& start, const std::string& target, const std::string& options);
/// A command that needs a shell for its port.
[[nodiscard]] std::vector<std::string> in_shell(const std::string& command);

}  // namespace tinystacks::framework::python
