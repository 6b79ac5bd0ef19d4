#include "services.hpp"

#include "access.hpp"
#include "api/client.hpp"
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
        if (name == "TINYSTACKS_TOKEN") {
            token_ = Secret(equals + 1);
            std::memset(equals + 1, 'x', std::strlen(equals + 1));
        } else {
            environment_[name] = equals + 1;
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

std::filesystem::path Services::cache() const
{
    return folder("XDG_CACHE_HOME", ".cache", "what is remembered");
}

std::unique_ptr<http::Transport> Services::make_transport() const
{
    auto transport = std::make_unique<http::CurlTransport>(environment_);
    return options_.verbose >= 2 ? trace(std::move(transport)) : std::move(transport);
}

Services::Choice Services::choose(const std::string& from_project) const
{
    if (!options_.control.empty()) {
        return {options_.control, Choice::By::flag};
    }
    if (const auto set = variable("TINYSTACKS_CONTROL"); !set.empty()) {
        return {set, Choice::By::environment};
    }
    if (!from_project.empty()) {
        return {from_project, Choice::By::project};
    }
    // Without a home there is no user's file.
    const bool has_file = std::filesystem::path(variable("XDG_CONFIG_HOME")).is_absolute() || !variable("HOME").empty();
    const auto stored = has_file ? connections(*this).default_api() : std::nullopt;
    return stored ? Choice{*stored, Choice::By::user} : Choice{"embedded", Choice::By::nobody};
}

control::ControlPlane& Services::control(const std::string& from_project, const std::string& group,
                                         std::optional<std::chrono::milliseconds> haste)
{
    const auto choice = choose(from_project);
    if (choice.where == "embedded") {
        return embedded();
    }
    if (!remote_) {
        auto asked = server(choice, group);
        asked.haste = haste;
        remote_ = std::make_unique<api::Client>(
            api::Client::Parts{std::move(asked), [this] { return make_transport(); }, clock(), state()});
        if (options_.verbose >= 1) {
            view::Console(2).write(fmt::format("control plane: {}\n", remote_->name()));
        }
    }
    return *remote_;
}

api::Server Services::server(const Choice& choice, const std::string& group) const
{
    api::Server server;
    try {
        server.url = connection::normalised_url(choice.where);
    } catch (const Error& error) {
        throw choice.by == Choice::By::environment ? error.while_doing("TINYSTACKS_CONTROL") : Error(error);
    }
    if (choice.by == Choice::By::project && find_given_token(*this) && !connections(*this).find_api(server.url)) {
        // Whoever may change tinystacks.yml would get the token.
        throw Error(ErrorKind::not_allowed, "TINYSTACKS_TOKEN is not sent to '{}', which only tinystacks.yml names",
                    server.url)
            .with_hint("export TINYSTACKS_CONTROL=" + shell_quote(server.url));
    }
    auto access = api_access(*this, server.url);
    server.token = std::move(access.token);
    server.group = !group.empty() ? group : variable("TINYSTACKS_GROUP");
    if (server.group.empty()) {
        server.group = std::move(access.group);
    }
    return server;
}

control::Embedded& Services::embedded()
{
    if (!options_.control.empty() && options_.control != "embedded") {
        throw Error(ErrorKind::usage, "--control names '{}', and this is about what runs on this machine",
                    printable(options_.control))
            .with_hint(corrected(options_.line, options_.control, "embedded", "give --control embedded"));
    }
    if (!embedded_) {
        if (options_.verbose >= 1) {
            view::Console(2).write(
                fmt::format("control plane: embedded; state, logs and work in {}\n", state().string()));
        }
        embedded_ = std::make_unique<control::Embedded>(control::Embedded::Parts{
            make_launcher(), environment_, clock(), state(), [this] { return make_transport(); },
            registry_port(variable("TINYSTACKS_REGISTRY_PORT"))});
    }
    return *embedded_;
}

}  // namespace tinystacks::app
