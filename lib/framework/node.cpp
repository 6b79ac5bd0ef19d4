#include "base/text.hpp"
#include "framework/detail/match.hpp"
#include "framework/detail/node_image.hpp"
#include "framework/detail/node_member.hpp"
#include "framework/detail/node_nx.hpp"
#include "framework/detail/node_program.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace tinystacks::framework {
namespace node {
namespace {

/// Static servers: what they serve is a build's, and Caddy serves it better.
constexpr std::array<std::string_view, 6> file_servers = {"serve",         "http-server",      "sirv",
                                                          "static-server", "local-web-server", "live-server"};

/// Whether pages lie where detect_static() finds them, or where a script serves them.
bool has_pages(const Folder& folder)
{
    const Manifest manifest(folder);
    return !folder.first_file({"index.html", "public/index.html", "dist/index.html", "build/index.html"}).empty() ||
           !served_folder(manifest).empty();
}

/// The port that a command names: `-p 4000`, `--port=4000`.
int port_in(const std::vector<std::string>& argv)
{
    for (std::size_t at = 1; at < argv.size(); ++at) {
        auto value = argv[at].starts_with("--port=") ? argv[at].substr(7) : std::string();
        if ((argv[at] == "-p" || argv[at] == "--port" || argv[at] == "-l") && at + 1 < argv.size()) {
            value = argv[at + 1];
        }
        int port = 0;
        if (!value.empty() && std::from_chars(value.data(), value.data() + value.size(), port).ec == std::errc() &&
            port > 0) {
            return port;
        }
    }
    return 0;
}

bool is_on_bun(const Workspace& workspace, const Manifest& manifest, const Manager& manager)
{
    return manager.name == "bun" &&
           (manifest.text({"engines", "node"}).empty() || manifest.file().empty() ||
            !manifest.text({"engines", "bun"}).empty()) &&
           !workspace.folder.has_file(".nvmrc") && !workspace.folder.has_file(".node-version");
}

/// One detection, step by step.
class Detector {
public:
    /// `project`: the directory of an application of an Nx workspace at `folder`; empty for the folder itself.
    Detector(const Folder& folder, const Overrides& overrides, std::string project = {})
        : folder_(folder), overrides_(overrides), wanted_project_(std::move(project)),
          workspace_(find_workspace(folder)), own_(folder), shared_(workspace_.folder)
    {
        application_.language = "node";
        application_.evidence.push_back({own_.where({}), "a package of Node's package managers"});
        manager_ = choose_manager(workspace_, shared_, overrides, application_);
        application_.evidence.push_back(manager_.evidence);
    }

    std::optional<Application> run()
    {
        directory_ = workspace_.member;
        start_ = find_start_script(workspace_, manager_, directory_);
        scripted_ = start_.found();
        if (choose_project()) {
            look_at_project();
            return std::move(application_);
        }
        if (!scripted_) {
            start_unsaid();
        } else if (is_spread()) {
            ask_which(workspace_, deployable_members(workspace_), application_);
        }
        const auto home =
            scripted_ || start_.found() ? member_of(workspace_, start_.directory, start_.entry) : directory_;
        const Manifest manifest(home.empty() ? workspace_.folder : workspace_.folder.child(home));
        look_around(manifest.exists() ? manifest : own_, manifest.exists() ? home : directory_);
        if (is_nothing()) {
            return std::nullopt;
        }
        return std::move(application_);
    }

private:
    /// turbo and the like start several members at once.
    [[nodiscard]] bool is_spread() const
    {
        const auto& program = start_.program();
        return (program == "turbo" || program == "nx" || program == "lerna") &&
               deployable_members(workspace_).size() > 1;
    }

    /// An application of an Nx workspace, when no script starts one: the one asked for, its default, or the only one.
    bool choose_project()
    {
        if (scripted_ && start_.program() != "nx") {
            return false;
        }
        auto projects = find_projects(workspace_.folder);
        auto wanted = wanted_project_;
        wanted = wanted.empty() && workspace_.folder.has_file("nx.json")
                     ? text_at(workspace_.folder.json("nx.json"), {"defaultProject"})
                     : wanted;
        for (const auto& word : start_.argv) {
            const auto named = [&](const Project& each) { return each.name == word.substr(0, word.find(':')); };
            wanted = wanted_project_.empty() && std::ranges::any_of(projects, named) ? word.substr(0, word.find(':'))
                                                                                     : wanted;
        }
        const auto chosen = std::ranges::find_if(
            projects, [&](const Project& each) { return each.name == wanted || each.directory == wanted; });
        if (projects.empty() || (chosen == projects.end() && projects.size() > 1 && !workspace_.members.empty())) {
            return false;
        }
        if (chosen == projects.end() && projects.size() > 1) {
            std::vector<std::string> directories;
            for (const auto& project : projects) {
                directories.push_back(project.directory);
            }
            ask_which(workspace_, directories, application_);
        }
        project_ = chosen == projects.end() ? projects.front() : *chosen;
        return true;
    }

    void look_at_project()
    {
        const auto inside =
            project_->directory.empty() ? workspace_.folder : workspace_.folder.child(project_->directory);
        const Manifest manifest(inside);
        start_ = {};
        const Sources sources(inside, project_->source);
        auto plan = plan_of(*project_);
        if (plan.framework == "none" && plan.delivery == Delivery::process) {
            const auto library = find_plan(manifest, shared_, start_, sources, wanted_framework());
            plan.framework = library.framework;
            plan.evidence = library.evidence;
        }
        application_.evidence.push_back({project_->where, fmt::format("an application of the Nx workspace, built by {}",
                                                                      printable_line(project_->executor))});
        if (overrides_.build.empty()) {
            overrides_.build = exec_command(manager_, build_of(*project_));
        }
        Findings found{workspace_, shared_, manager_, {}, std::move(plan), {}, {}, {}, {}, {}, {}, false};
        choose_start(found);
        found.runtimes = choose_runtimes(workspace_, shared_, manager_, overrides_, false, application_.warnings);
        application_.runtime = found.runtimes.node;
        finish(found, sources);
    }

    /// No script says how: the files and the members of the workspace may.
    void start_unsaid()
    {
        const Manifest manifest(directory_.empty() ? workspace_.folder : workspace_.folder.child(directory_));
        const auto framework = has_framework(manifest);
        if (!framework) {
            start_ = find_entry(manifest.folder(), manifest, is_on_bun(workspace_, manifest, manager_));
            start_.directory = directory_;
        }
        if (framework || start_.found() || workspace_.members.empty() || !workspace_.member.empty()) {
            return;
        }
        const auto found = deployable_members(workspace_);
        if (found.size() > 1) {
            ask_which(workspace_, found, application_);
        } else if (found.size() == 1) {
            take_member(found.front());
        }
    }

    void take_member(const std::string& member)
    {
        directory_ = member;
        const Manifest manifest(workspace_.folder.child(member));
        application_.evidence.push_back({manifest.where({}), "the only member of the workspace that can be deployed"});
        start_ = find_start_script(workspace_, manager_, member);
        scripted_ = start_.found();
        if (scripted_) {
            const auto name = shell_quote(manifest.name().empty() ? member : manifest.name());
            start_.command = manager_.name == "pnpm"   ? fmt::format("pnpm --filter {} start", name)
                             : manager_.name == "yarn" ? fmt::format("yarn workspace {} start", name)
                             : manager_.name == "bun"  ? fmt::format("bun --filter {} start", name)
                                                       : fmt::format("npm --workspace {} run start", name);
        } else if (!has_framework(manifest)) {
            start_ = find_entry(manifest.folder(), manifest, false);
            start_.directory = member;
            start_.command = fmt::format("cd {} && {}", shell_quote(member), start_.command);
        }
    }

    void look_around(const Manifest& manifest, const std::string& home)
    {
        const auto& folder = manifest.folder();
        auto entry = start_.entry;
        if (!entry.empty()) {
            auto path = normal_path(start_.directory, entry).value_or("");
            path = home.empty() ? path : path.starts_with(home + "/") ? path.substr(home.size() + 1) : "";
            entry = path.empty() ? "" : source_twin(folder, path);
        }
        const Sources sources(folder, entry);
        drop_file_server(manifest);
        auto plan = find_plan(manifest, shared_, start_, sources, wanted_framework());
        Findings found{workspace_, manifest, manager_, {},   std::move(plan), start_, home, nested_in(home),
                       {},         {},       {},       false};
        choose_start(found);
        found.on_bun = found.start.program() == "bun";
        found.runtimes =
            choose_runtimes(workspace_, manifest, manager_, overrides_, found.on_bun, application_.warnings);
        application_.runtime =
            found.on_bun && !found.runtimes.node_is_pinned ? found.runtimes.bun : found.runtimes.node;
        finish(found, sources);
    }

    /// A package that is started, yet belongs to no workspace: its dependencies are its own.
    [[nodiscard]] std::string nested_in(const std::string& home) const
    {
        auto directory = home;
        if (directory.empty() && !start_.entry.empty()) {
            const auto path = normal_path(start_.directory, start_.entry).value_or("");
            directory = path.substr(0, path.find('/') == std::string::npos ? 0 : path.rfind('/'));
        }
        const auto member = std::ranges::binary_search(workspace_.members, directory);
        const auto known = directory.empty() || member || directory == workspace_.member;
        return !known && Manifest(workspace_.folder.child(directory)).has_dependencies("dependencies") ? directory
                                                                                                       : std::string();
    }

    [[nodiscard]] std::string wanted_framework() const
    {
        const auto known = node_frameworks();
        const auto wanted = std::ranges::find(known, overrides_.framework) != known.end();
        return wanted ? overrides_.framework : std::string();
    }

    /// A file server that is not even installed in production serves the build's files, as Caddy does.
    void drop_file_server(const Manifest& manifest)
    {
        const auto& program = start_.program();
        start_.serves_files = std::ranges::find(file_servers, program) != file_servers.end() &&
                              !manifest.has_in_production(program) && !manifest.has_in_production(program + "-cli");
    }

    void choose_start(Findings& found)
    {
        auto& plan = found.plan;
        auto& start = found.start;
        application_.framework = plan.framework;
        application_.delivery = plan.delivery;
        if (plan.delivery == Delivery::files) {
            application_.start_command = std::string(static_start);
            application_.output = plan.output;
            start.argv.clear();
            start.build.clear();
            return;
        }
        const auto planned = !plan.argv.empty() && (!start.found() || start.development || plan.always);
        if (start.development && !plan.argv.empty()) {
            application_.warnings.push_back(
                fmt::format("the start script is for developing: the image runs '{}'", join(plan.argv, " ")));
        }
        application_.start_command = start.command;
        if (planned) {
            const auto inside = found.directory.empty() || !workspace_.member.empty();
            const auto text = plan.command.empty() ? join(plan.argv, " ") : plan.command;
            if (!start_.found()) {
                application_.start_command =
                    inside ? text : fmt::format("cd {} && {}", shell_quote(found.directory), text);
            }
            start.argv = plan.argv;
            start.directory = found.directory;
            start.entry = plan.argv.front() == "node" ? plan.argv.back() : "";
        }
        check_entry(found);
    }

    /// A start that names a file which is neither there nor built is said.
    void check_entry(Findings& found)
    {
        auto& start = found.start;
        const auto& folder = found.manifest.folder();
        if (start.entry.empty() || start.argv == found.plan.argv || start.argv.empty()) {
            return;
        }
        auto path = normal_path(start.directory, start.entry).value_or("");
        path = found.directory.empty()                   ? path
               : path.starts_with(found.directory + "/") ? path.substr(found.directory.size() + 1)
                                                         : "";
        const auto there = [&](const std::string& file) {
            return folder.has_file(file) || folder.has_file(file + ".js") || folder.has_directory(file) || file.empty();
        };
        if (there(path) || !build_lines(found, overrides_.build).empty()) {
            return;
        }
        const auto source = source_twin(folder, path);
        if (!source.empty() && found.manifest.has("typescript") && !folder.has_file(path)) {
            found.plan.build = "tsc";
        } else {
            application_.warnings.push_back(fmt::format("'{}' starts '{}', which is neither there nor built",
                                                        printable_line(start.command), printable_line(start.entry)));
        }
    }

    void choose_port(const Findings& found, const Sources& sources)
    {
        constexpr int usual_port = 3000;
        const auto own = found.plan.port != 0 && !found.plan.argv.empty() && found.plan.framework != "nest";
        auto port = overrides_.port != 0 ? overrides_.port : port_in(found.start.argv);
        for (const auto& [name, value] : found.start.environment) {
            port = port == 0 && name == "PORT" ? std::atoi(value.c_str()) : port;
        }
        if (port == 0 && !own) {
            port = sources.port().value_or(0);
        }
        if (port == 0) {
            port = found.plan.port;
        }
        constexpr std::array<std::string_view, 4> runners = {"node", "bun", "tsx", "ts-node"};
        const auto seen = std::ranges::find(runners, found.start.program()) != runners.end();
        const auto silent =
            seen && !sources.empty() && sources.complete() && !sources.listens() && found.plan.framework == "none";
        application_.port = port != 0 ? port : silent ? 0 : usual_port;
    }

    void finish(Findings& found, const Sources& sources)
    {
        found.prefix = workspace_.member.empty() && wanted_project_.empty() ? ""
                       : workspace_.folder.is_root()                        ? ""
                                                                            : workspace_.folder.path() + "/";
        if (!workspace_.member.empty() || !wanted_project_.empty()) {
            application_.context = "";
        }
        found.arguments = sources.with_prefix(found.plan.prefix);
        found.health = sources.health_path();
        if (const auto file = sources.local_listener();
            !file.empty() && (found.plan.argv.empty() || found.plan.framework == "nest")) {
            application_.warnings.push_back(fmt::format(
                "{} listens on localhost only, where no request from outside arrives: let it listen on 0.0.0.0",
                printable_line(found.manifest.folder().in_tree(file))));
        }
        application_.entry = found.start.entry;
        application_.variables = sources.variables();
        for (const auto* list : {&found.plan.warnings, &found.start.warnings}) {
            application_.warnings.insert(application_.warnings.end(), list->begin(), list->end());
        }
        for (const auto& [name, value] : found.start.environment) {
            if (names_a_secret(name)) {
                application_.warnings.push_back(fmt::format(
                    "the start script sets {}: a secret is not written into the image, give it when it runs", name));
            }
        }
        if (!start_.evidence.rule.empty()) {
            application_.evidence.push_back(start_.evidence);
        }
        if (!found.plan.evidence.rule.empty()) {
            application_.evidence.push_back(found.plan.evidence);
        }
        if (application_.runtime.pin && !application_.runtime.pin->where.file.empty()) {
            application_.evidence.push_back(
                {application_.runtime.pin->where, fmt::format("the version, by {}", application_.runtime.pin->rule)});
        }
        if (application_.delivery == Delivery::files) {
            application_.port = static_port;
        } else if (!found.start.argv.empty()) {
            choose_port(found, sources);
        }
        set_score(found);
        if (!found.start.argv.empty() || application_.delivery == Delivery::files) {
            write_recipe(found, overrides_, application_);
        }
    }

    void set_score(const Findings& found)
    {
        const auto framework = found.plan.framework != "none";
        const auto tools = !own_.has_dependencies("dependencies") && workspace_.members.empty();
        application_.score = (scripted_ && (framework || !start_.development)) ||
                                     (framework && !found.plan.argv.empty()) || application_.delivery == Delivery::files
                                 ? by_start
                             : start_.found()                  ? by_manifest
                             : !application_.questions.empty() ? by_manifest
                             : tools                           ? by_tools
                                                               : by_library;
    }

    /// Pages that are there already, and a script that does no more than serve them.
    [[nodiscard]] bool only_serves_pages() const
    {
        const auto& argv = start_.argv;
        const auto serves = !argv.empty() && std::ranges::find(file_servers, argv.front()) != file_servers.end();
        return serves && own_.script("build").empty() && application_.framework == "none" && has_pages(folder_);
    }

    /// A package.json that starts nothing beside pages that need no server.
    [[nodiscard]] bool is_nothing() const
    {
        if (only_serves_pages()) {
            return true;
        }
        const auto pages = folder_.has_file("index.html") || folder_.has_file("public/index.html") ||
                           folder_.has_file("dist/index.html");
        const auto below = std::ranges::any_of(folder_.directories(), [&](auto name) {
            return folder_.child(name).has_file("package.json") || folder_.child(name).has_file("requirements.txt");
        });
        const auto unsaid = application_.score <= by_library;
        return unsaid && ((pages && own_.script("build").empty()) || (below && workspace_.members.empty()));
    }

    const Folder folder_;
    Overrides overrides_;
    std::string wanted_project_;
    Workspace workspace_;
    std::optional<Project> project_;
    Manifest own_;
    Manifest shared_;
    Manager manager_;
    Application application_;
    Start start_;
    std::string directory_;
    bool scripted_ = false;
};

/// Its builds need its own tool, which no registry of the image has.
Application refuse_meteor(const Folder& folder)
{
    Application application;
    application.language = "node";
    application.framework = "meteor";
    application.package_manager = "npm";
    application.runtime.name = "node";
    application.score = by_framework;
    application.evidence.push_back({{folder.in_tree(".meteor"), 0, 0}, "a Meteor application"});
    application.refusal = "no Dockerfile is written for Meteor yet: its build needs the meteor tool";
    return application;
}

}  // namespace
}  // namespace node

std::vector<std::string> resolve_node_script(const Folder& folder, const std::string& command)
{
    const auto workspace = node::find_workspace(folder);
    const auto start = node::resolve(workspace, command, workspace.member);
    const auto plain = start.build.empty() && start.environment.empty() && start.directory == workspace.member;
    return plain && !start.development ? start.argv : std::vector<std::string>();
}

std::optional<Application> detect_node(const Folder& folder, const Overrides& overrides)
{
    if (folder.has_directory(".meteor") && node::Manifest(folder).exists()) {
        return node::refuse_meteor(folder);
    }
    if (!node::Manifest(folder).exists()) {
        for (auto above = folder; folder.has_file("project.json") && !above.is_root();) {
            above = above.parent();
            if (above.has_file("nx.json") && node::Manifest(above).exists()) {
                const auto length = above.path().empty() ? 0 : above.path().size() + 1;
                return node::Detector(above, overrides, folder.path().substr(length)).run();
            }
        }
        return node::detect_program(folder, overrides);
    }
    return node::Detector(folder, overrides).run();
}

}  // namespace tinystacks::framework
