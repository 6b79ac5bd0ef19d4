#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::framework {

/// What an application is written in, as far as its files tell.
struct Detected {
    std::string name;                  ///< "docker": it brings its own Dockerfile
    std::filesystem::path dockerfile;  ///< relative to the directory
    std::vector<int> ports;            ///< what the image exposes over TCP, ascending; empty when it does not say
};

/// Looks at the application in `directory`, whose Dockerfile is `dockerfile`.
/// Throws Error{not_found} naming the Dockerfile when there is none, and Error{invalid_input} for a path that leaves
/// `directory`.
[[nodiscard]] Detected detect(const std::filesystem::path& directory,
                              const std::filesystem::path& dockerfile = "Dockerfile");

/// The TCP ports that the image of a Dockerfile's last stage exposes, ascending: those of the earlier stages it is
/// made from included, those of its base image unknown. Variables have the defaults of ARG and the values of ENV.
/// Source: Dockerfile reference, "EXPOSE", "Environment replacement" and "Parser directives".
[[nodiscard]] std::vector<int> exposed_ports(std::string_view dockerfile);

}  // namespace tinystacks::framework
