#pragma once

#include "framework/tree.hpp"

#include <string>
#include <vector>

/// The server objects that Python code makes.
namespace tinystacks::framework::python {

/// How what a framework makes is served.
enum class Interface { wsgi, asgi };

/// A server object that the code makes, or a function that makes it.
struct Object {
    std::string framework;
    Interface interface = Interface::wsgi;
    std::string file;       ///< relative to the folder
    std::string attribute;  ///< "app", "create_app"
    bool is_factory = false;
    bool needs_arguments = false;  ///< a factory that no server can call
    std::size_t line = 0;
};

/// Every server object in these files: those that stand in a module first, then what functions make.
[[nodiscard]] std::vector<Object> find_objects(const Folder& folder, const std::vector<std::string>& files);

}  // namespace tinystacks::framework::python
