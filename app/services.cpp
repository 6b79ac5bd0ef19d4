#include "services.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "http/curl_transport.hpp"
#include "process/guarded_launcher.hpp"
#include "trace.hpp"

#include <charconv>
#include <cstring>

namespace tinystacks::app {
namespace {

constexpr int default_registry_port = 5128;

int registry_port(const std::string& text)
{
    if (text.empty()) {
        return default_registry_port;
    }
    int port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc() || end != text.data() + text.size() || port < 1 || port > 65535) {
        throw Error(ErrorKind::usage, "TINYSTACKS_REGISTRY_PORT is '{}', which is no port", printable(text))
            .with_hint("unset TINYSTACKS_REGISTRY_PORT");
    }
    return port;
}

}  // namespace

Services::Services(char** environment, GlobalOptions options) : options_(std::move(options))
{
    for (; environment != nullptr && *environment != nullptr; ++environment) {
        char* equals = std::strchr(*environment, '=');
        if (equals == nullptr) {
            continue;
        }
        const std::string name(*environment, equals);
        environment_[name] = equals + 1;
        if (name == "TINYSTACKS_TOKEN") {
            std::memset(equals + 1, 'x', std::strlen(equals + 1));
        }
    }
}

std::string Services::variable(const std::string& name) const
{
    const auto found = environment_.find(name);
    return found == environment_.end() ? std::string() : found->second;
}

process::MakeLauncher Services::make_launcher() const
{
    return [tell = options_.verbose >= 2]() -> std::unique_ptr<process::Launcher> {
        auto launcher = std::make_unique<process::GuardedLauncher>();
        return tell ? trace(std::move(launcher)) : std::move(launcher);
    };
}

std::filesystem::path Services::path(const std::filesystem::path& path) const
{
    return options_.directory == "." ? path : std::filesystem::path(options_.directory) / path;
}

bool Services::wants_colour() const
{
    return variable("NO_COLOR").empty() && variable("TERM") != "dumb" && !in_ci();
}

view::Progress Services::make_progress(view::Progress::Style style, view::Console& out, view::Console& err) const
{
    const bool colour = wants_colour();
    const bool github = in_github();
    if (options_.events) {
        return {{view::Progress::Style::events, options_.quiet, colour, false}, out, err};
    }
    // With --json the log makes room for the document.
    const bool moved = options_.json && style == view::Progress::Style::log;
    return {{style, options_.quiet, colour, github}, moved ? err : out, err};
}

std::filesystem::path Services::directory() const
{
    std::error_code failed;
    const auto directory = std::filesystem::canonical(options_.directory, failed);
    if (failed || !std::filesystem::is_directory(directory)) {
        throw Error(ErrorKind::not_found, "there is no directory '{}'", options_.directory);
    }
    return directory;
}

std::string Services::schema() const
{
    std::error_code failed;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", failed);
    const auto beside = program.parent_path().parent_path() / "share/tinystacks/tinystacks.schema.json";
    return !failed && std::filesystem::exists(beside, failed) ? beside.string() : TS_SCHEMA;
}

std::filesystem::path Services::folder(const std::string& name, const std::string& below_home,
                                       std::string_view purpose) const
{
    const std::filesystem::path xdg = variable(name);
    if (xdg.is_absolute()) {  // the XDG specification has relative paths ignored
        return xdg / "tinystacks";
    }
    const auto home = variable("HOME");
    if (home.empty()) {
        throw Error(ErrorKind::usage, "neither {} nor HOME is set: there is no place for {}", name, purpose)
            .with_hint(fmt::format("export {}=/var/lib", name));
    }
    return std::filesystem::path(home) / below_home / "tinystacks";
}

std::filesystem::path Services::state() const
{
    return folder("XDG_STATE_HOME", ".local/state", "state and logs");
}

std::filesystem::path Services::configuration() const
{
    return folder("XDG_CONFIG_HOME", ".config", "connections");
}

std::unique_ptr<http::Transport> Services::make_transport() const
{
    auto transport = std::make_unique<http::CurlTransport>(environment_);
    return options_.verbose >= 2 ? trace(std::move(transport)) : std::move(transport);
}

control::Embedded& Services::control(const std::string& from_project)
{
    auto wanted = options_.control;
    if (wanted.empty()) {
        wanted = variable("TINYSTACKS_CONTROL");
    }
    if (wanted.empty()) {
        wanted = from_project;
    }
    if (!wanted.empty() && wanted != "embedded") {
        const auto hint =
            !options_.control.empty() ? corrected(options_.line, wanted, "embedded", "give --control embedded")
            : from_project == wanted  ? extended(options_.line, "--control embedded", "give --control embedded")
                                      : std::string("unset TINYSTACKS_CONTROL");
        throw Error(ErrorKind::unavailable, "this version cannot use the remote control plane '{}' yet", wanted)
            .with_hint(hint);
    }
    if (!control_) {
        if (options_.verbose >= 1) {
            view::Console(2).write(
                fmt::format("control plane: embedded; state, logs and work in {}\n", state().string()));
        }
        control_ = std::make_unique<control::Embedded>(control::Embedded::Parts{
            make_launcher(), environment_, clock(), state(), [this] { return make_transport(); },
            registry_port(variable("TINYSTACKS_REGISTRY_PORT"))});
    }
    return *control_;
}

}  // namespace tinystacks::app
