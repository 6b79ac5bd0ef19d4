#pragma once

#include "framework/application.hpp"
#include "framework/detail/languages.hpp"
#include "framework/pin.hpp"
#include "framework/tree.hpp"

#include <string>
#include <string_view>
#include <vector>

/// What the compiled languages have in common.
namespace tinystacks::framework {

/// The release of Debian that images are built on and run on.
inline constexpr std::string_view debian_slim = "debian:bookworm-slim";

void see(Application& application, const Folder& folder, std::string_view file, std::size_t line, std::string rule);

/// The pins in the order in which they count: --version, what a tool manager's files say, then `more`.
[[nodiscard]] std::vector<Pin> ordered_pins(const Folder& folder, const Overrides& overrides,
                                            const std::vector<std::string>& tools, std::vector<Pin> more);

/// A pin that is a lower bound: go.mod's `go`, Cargo.toml's `rust-version`.
[[nodiscard]] Pin at_least(Pin pin, const Releases& releases);
/// choose_runtime(); a pin that at_least() made is shown as it was written.
[[nodiscard]] Runtime choose_native(const std::vector<Pin>& pins, const Releases& releases,
                                    std::vector<std::string>& warnings);

/// What a source text says about listening.
struct Listening {
    bool listens = false;
    bool reads_port = false;    ///< the variable PORT
    bool only_locally = false;  ///< on 127.0.0.1
    int port = 0;               ///< a number that stands in the text; 0 for none
    std::string health;         ///< a route for health checks: "/healthz"
};
/// `calls`: an expression that matches what opens a port. The first text with a number counts.
void look_for_port(Listening& listening, const std::string& text, const char* calls);

/// Port, health and their evidence: --port, else the number in the code, else `usual`; 0 and a reason when nothing
/// listens.
void serve_on(Application& application, const Overrides& overrides, const Listening& listening, int usual);

/// Those of the names that are directories here, and files of which the second list names some, sorted.
[[nodiscard]] std::vector<std::string> run_time_files(const Folder& folder, const std::vector<std::string>& directories,
                                                      const std::vector<std::string>& files);

/// Copies `paths` of a stage's `directory` to the same places below the last stage's.
void copy_along(dockerfile::Stage& stage, const std::string& from, const std::string& directory,
                const std::vector<std::string>& paths);

/// Where --start or the Procfile expect the program `name`: "./target/release/shop", "/usr/local/bin/shop" for a bare
/// word. Empty when they do not name it.
[[nodiscard]] std::string expected_place(const Folder& folder, const Overrides& overrides, std::string_view name);

/// Refused whatever the shell or Docker would make of it: empty, absolute, or leading out.
[[nodiscard]] bool is_inner_path(std::string_view path);
/// A file or program name without anything odd: letters, digits, '.', '_', '+', '-'; no '-' in front.
[[nodiscard]] bool is_plain_name(std::string_view name);

/// The last part of a path.
[[nodiscard]] std::string_view base_name(std::string_view path);
/// Everything before it, without the slash; "" for a file of the folder itself.
[[nodiscard]] std::string_view directory_of(std::string_view path);

}  // namespace tinystacks::framework
