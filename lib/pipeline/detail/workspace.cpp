#include "pipeline/detail/workspace.hpp"

#include "aws/session.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "pipeline/detail/variables.hpp"

#include <system_error>

namespace tinystacks::pipeline {
namespace {

constexpr std::size_t most_bytes = std::size_t{1} << 20;

project::Checked read_committed(const git::Repository& repository, const Source& source)
{
    const auto file = source.project_file.generic_string();
    const auto text = repository.find_file(source.commit, source.project_file, most_bytes);
    if (!text) {
        throw Error(ErrorKind::not_found, "commit {} has no '{}'", source.commit.substr(0, 12), file)
            .with_hint(fmt::format("tinystacks init && git add -A && git commit -m 'Add {}'", file));
    }
    return project::parse(*text, file);
}

/// A docker configuration folder of our own that knows what the user's knows.
void copy_docker_config(const process::Environment& environment, const std::filesystem::path& to)
{
    create_private_directories(to);
    const auto configured = environment.find("DOCKER_CONFIG");
    const auto home = environment.find("HOME");
    std::filesystem::path from;
    if (configured != environment.end() && !configured->second.empty()) {
        from = configured->second;
    } else if (home != environment.end()) {
        from = std::filesystem::path(home->second) / ".docker";
    }
    std::error_code none;
    if (from.empty() || !std::filesystem::is_directory(from, none)) {
        return;
    }
    if (const auto config = find_file(from / "config.json", most_bytes)) {
        replace_file(to / "config.json", *config);
    }
    for (const auto* shared : {"cli-plugins", "contexts", "buildx"}) {
        if (std::filesystem::exists(from / shared, none)) {
            std::filesystem::create_symlink(std::filesystem::absolute(from / shared), to / shared, none);
        }
    }
}

}  // namespace

project::Checked read_project(const Source& source)
{
    return read_committed(git::Repository::discover(source.directory), source);
}

project::Checked read_project(const std::filesystem::path& directory, const std::filesystem::path& project_file)
{
    const auto path =
        project_file.is_absolute() ? project_file : git::Repository::discover(directory).root() / project_file;
    const auto text = find_file(path, most_bytes);
    if (!text) {
        throw Error(ErrorKind::not_found, "there is no project file '{}'", project_file.string())
            .with_hint("tinystacks init");
    }
    return project::parse(*text, project_file.generic_string());
}

Workspace::Workspace(const Source& source, World& world, const Run& run)
    : world_(world), run_(run), source_(source), repository_(git::Repository::discover(source.directory)),
      launcher_(world.make_launcher())
{
    auto checked = read_committed(repository_, source_);
    project_ = std::move(checked.project);
    for (const auto& problem : checked.problems) {
        say({world_.clock(), "", log::Note{problem.severity, problem.where, problem.message, problem.hint}});
    }
}

void Workspace::note(Severity severity, const std::string& stage, const std::string& message,
                     const std::string& hint) const
{
    say({world_.clock(), stage, log::Note{severity, {}, message, hint}});
}

const registry::Repository& Workspace::image()
{
    if (!image_) {
        if (project_.image.empty()) {
            auto local = world_.local_registry(*launcher_);
            local.ensure(world_.transport, run_.interruption);
            image_ = registry::Repository{local.host(), project_.stack};
        } else {
            image_ = registry::Repository::parse(project_.image);
        }
    }
    return *image_;
}

const process::Environment& Workspace::environment()
{
    if (environment_.empty()) {
        for (const auto& [name, value] : world_.environment) {
            if (!name.starts_with("TINYSTACKS_")) {
                environment_[name] = value;
            }
        }
        // Their defaults differ between the tools that commands start. Source: security requirement AW-12.
        environment_.try_emplace("AWS_RETRY_MODE", "standard");
        environment_.try_emplace("AWS_MAX_ATTEMPTS", "3");
        const auto folder = run_.work / "docker";
        copy_docker_config(environment_, folder);
        environment_["DOCKER_CONFIG"] = folder;
    }
    return environment_;
}

registry::Client Workspace::client()
{
    return registry::Client(world_.transport, [this](const std::string& host) {
        auto login = find_ecr_login(host);
        return login ? login : registry::find_docker_credentials(*launcher_, environment(), host);
    });
}

std::optional<registry::Credentials> Workspace::find_ecr_login(const std::string& host)
{
    const auto ecr = find_ecr_host(host);
    if (!ecr) {
        return std::nullopt;
    }
    auto& login = ecr_logins_[host];
    constexpr auto margin = std::chrono::minutes(5);
    if (!login || login->expires_at < world_.clock() + margin) {
        try {
            aws::Session session({world_.transport, world_.environment, world_.clock, world_.make_launcher},
                                 {ecr->region});
            login = session.ecr.get_authorization_token(run_.interruption);
        } catch (const Error&) {
            login.reset();  // without AWS credentials docker's own login must do
            return std::nullopt;
        }
    }
    return registry::Credentials{login->user, login->password};
}

LookUp Workspace::look_up(const registry::Repository& repository, const std::string& tag)
{
    try {
        return {true, client().find_digest(repository, tag, run_.interruption)};
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::unauthenticated && error.kind() != ErrorKind::not_allowed) {
            throw;
        }
        return {false, std::nullopt};
    }
}

std::filesystem::path Workspace::checkout(const std::string& purpose)
{
    // The directory's own name is what an artifact without a name is called.
    auto directory = run_.work / purpose / source_.commit.substr(0, 12) / project_.stack;
    create_private_directories(directory.parent_path());
    git::check_out(*launcher_, environment(), repository_, source_.commit, directory, run_.interruption);
    return directory;
}

std::string Workspace::read(const std::string& file, const std::string& hint) const
{
    const auto text = repository_.find_file(source_.commit, file, most_bytes);
    if (!text) {
        throw Error(ErrorKind::not_found, "commit {} has no '{}'", source_.commit.substr(0, 12), file).with_hint(hint);
    }
    return *text;
}

Step::Step(const Workspace& workspace, const Clock& clock, std::string stage, std::string name)
    : workspace_(workspace), clock_(clock), stage_(std::move(stage)), name_(std::move(name))
{
    workspace_.say({clock_(), stage_, log::StepBegan{name_}});
}

Step::~Step()
{
    if (ended_) {
        return;
    }
    try {
        end("FAILED");
    } catch (const Error&) {
        // What ended the step says more.
    }
}

void Step::end(std::string_view status, const std::string& message)
{
    ended_ = true;
    workspace_.say({clock_(), stage_, log::StepEnded{name_, std::string(status), seconds(), message}});
}

double Step::seconds() const
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
}

}  // namespace tinystacks::pipeline
