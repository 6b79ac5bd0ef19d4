#pragma once

#include "correction.hpp"

#include "api/session.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "control/control_plane.hpp"
#include "control/embedded.hpp"
#include "http/transport.hpp"
#include "process/launcher.hpp"
#include "view/progress.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tinystacks::app {

/// Flags that every command takes, on either side of the verb.
struct GlobalOptions {
    std::string directory = ".";
    std::string control;
    bool json = false;
    bool events = false;
    bool quiet = false;
    int verbose = 0;
    CommandLine line;     ///< as it was given
    bool github = false;  ///< GitHub Actions runs us
};

/// The real world: builds launcher, transport, clock, environment and control plane when they are first needed.
class Services {
public:
    /// Takes a copy of the process's environment and wipes TINYSTACKS_TOKEN from the original, so that no child can
    /// read it from /proc.
    Services(char** environment, GlobalOptions options);

    [[nodiscard]] const GlobalOptions& options() const { return options_; }
    [[nodiscard]] const process::Environment& environment() const { return environment_; }
    /// The value of a variable, empty when it is not set.
    [[nodiscard]] std::string variable(const std::string& name) const;
    /// TINYSTACKS_TOKEN, which is in no environment that a child gets.
    [[nodiscard]] const Secret& token() const { return token_; }
    [[nodiscard]] Clock clock() const { return system_time; }
    [[nodiscard]] process::MakeLauncher make_launcher() const;
    /// `path` as meant from the directory that -C names; as it is when that is the current one.
    [[nodiscard]] std::filesystem::path path(const std::filesystem::path& path) const;
    /// The directory that -C names, without symbolic links. Throws Error{not_found}.
    [[nodiscard]] std::filesystem::path directory() const;
    /// Where the schema of tinystacks.yml is installed: beside this program, else where it was built to be.
    [[nodiscard]] std::string schema() const;
    /// $XDG_STATE_HOME/tinystacks. Throws Error{usage} when neither it nor HOME is set.
    [[nodiscard]] std::filesystem::path state() const;
    /// $XDG_CONFIG_HOME/tinystacks: connections. Throws Error{usage} when neither it nor HOME is set.
    [[nodiscard]] std::filesystem::path configuration() const;
    /// $XDG_CACHE_HOME/tinystacks: what may be lost. Throws Error{usage} when neither it nor HOME is set.
    [[nodiscard]] std::filesystem::path cache() const;
    /// A transport of one's own to the network.
    [[nodiscard]] std::unique_ptr<http::Transport> make_transport() const;
    /// --control, TINYSTACKS_CONTROL, then `from_project` (of tinystacks.yml), the API that is the user's default, else
    /// embedded. `group`: whose things a server is asked for; empty for TINYSTACKS_GROUP, else the connection's.
    /// `haste`: as api::Server's. Throws Error{unauthenticated} when there is no credential for the server, and
    /// Error{not_allowed} rather than send TINYSTACKS_TOKEN where only tinystacks.yml says so.
    [[nodiscard]] control::ControlPlane& control(const std::string& from_project = {}, const std::string& group = {},
                                                 std::optional<std::chrono::milliseconds> haste = std::nullopt);
    /// The control plane of this process, for what is about this machine. Throws Error{usage} when --control names
    /// another.
    [[nodiscard]] control::Embedded& embedded();
    /// Whether a CI system runs us: no spinners, plain lines.
    [[nodiscard]] bool in_ci() const { return !variable("CI").empty(); }
    /// Whether a terminal gets colour and relative times: not with NO_COLOR, TERM=dumb or CI.
    [[nodiscard]] bool wants_colour() const;
    [[nodiscard]] bool in_github() const { return options_.github; }
    /// What shows a run's events: as `style` says, or as NDJSON with --events.
    [[nodiscard]] view::Progress make_progress(view::Progress::Style style, view::Console& out,
                                               view::Console& err) const;

private:
    /// Who was chosen, and by what.
    struct Choice {
        std::string where;
        enum class By { flag, environment, project, user, nobody } by;
    };
    [[nodiscard]] Choice choose(const std::string& from_project) const;
    [[nodiscard]] api::Server server(const Choice& choice, const std::string& group) const;
    [[nodiscard]] std::filesystem::path folder(const std::string& name, const std::string& below_home,
                                               std::string_view purpose) const;

    GlobalOptions options_;
    process::Environment environment_;
    Secret token_;
    std::unique_ptr<control::Embedded> embedded_;
    std::unique_ptr<control::ControlPlane> remote_;
};

}  // namespace tinystacks::app
