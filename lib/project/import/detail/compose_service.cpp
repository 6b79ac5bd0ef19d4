#include "project/import/detail/compose_service.hpp"

#include "base/text.hpp"
#include "project/detail/grammar.hpp"

#include <algorithm>
#include <array>

namespace tinystacks::project::detail {
namespace {

constexpr std::size_t most_names = 30;

struct KeyRule {
    std::string_view key;
    std::string_view instead;
    Fate fate = Fate::left;
};

constexpr std::string_view in_target = "say it where the container runs: in the task definition";

/// Source: the Compose Specification, "Services top-level element".
constexpr std::array<KeyRule, 21> key_rules = {{
    {"command", "write it as CMD into the Dockerfile", Fate::fill_in},
    {"entrypoint", "write it as ENTRYPOINT into the Dockerfile", Fate::fill_in},
    {"user", "write it as USER into the Dockerfile"},
    {"working_dir", "write it as WORKDIR into the Dockerfile"},
    {"stop_signal", "write it as STOPSIGNAL into the Dockerfile"},
    {"volumes", "a container's files are gone with it: keep data in a database, S3 or EFS, and what the application "
                "reads in the image"},
    {"tmpfs", in_target},
    {"depends_on", "the application must wait for what it needs, and try again"},
    {"links", "name the other service's address in a variable"},
    {"networks", "on AWS: subnets and security groups of the ECS service"},
    {"profiles", "the service is brought to every stage"},
    {"deploy", "on AWS: desired count of the ECS service, cpu and memory of the task definition"},
    {"restart", "a service on ECS is started again always"},
    {"configs", "put the file into the image, or its values into variables"},
    {"secrets", "put each into AWS Secrets Manager and name it in the task definition's `secrets`, which gives it to "
                "the application as a variable"},
    {"develop", "it is for work on this machine: go on with docker compose there"},
    {"platform", "add --platform to the docker build line of build.yml"},
    {"mem_limit", "on AWS: memory of the task definition"},
    {"cpus", "on AWS: cpu of the task definition"},
    {"logging", "on AWS: logConfiguration of the task definition"},
    {"hostname", "name the address in a variable"},
}};

/// Read elsewhere, or of no consequence where one container runs.
constexpr std::array<std::string_view, 15> read_keys = {
    "extends",        "build",      "image", "environment", "ports",  "expose",      "healthcheck", "env_file",
    "container_name", "stdin_open", "tty",   "pull_policy", "labels", "annotations", "init"};

/// The names of a mapping's keys or a list's items, to show. Values are never shown.
std::string names_of(const document::Node& node)
{
    std::vector<std::string> names;
    for (const auto& entry : node.entries) {
        names.push_back(in_quotes(entry.key));
    }
    for (const auto& item : node.items) {
        const auto* name = item.find("source") != nullptr ? item.find("source") : item.find("target");
        names.push_back(in_quotes(item.is_scalar() ? item.text : name != nullptr ? name->text : std::string("…")));
    }
    if (names.size() > most_names) {
        names.resize(most_names);
        names.emplace_back("…");
    }
    return join(names, ", ");
}

bool shows_names(std::string_view key)
{
    static constexpr std::array shown = {"volumes", "depends_on", "networks", "secrets",
                                         "configs", "profiles",   "links",    "tmpfs"};
    return std::ranges::find(shown, key) != shown.end();
}

/// "8080:3000", "127.0.0.1:8080:3000/tcp", "3000", "3000-3005": the first of a range.
std::optional<ComposePort> parse_short_port(std::string_view text)
{
    const auto slash = text.find('/');
    if (slash != std::string_view::npos && text.substr(slash) != "/tcp") {
        return std::nullopt;
    }
    text = text.substr(0, slash);
    const auto first_of = [](std::string_view range) { return port_of(range.substr(0, range.find('-'))); };
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) {
        const auto target = first_of(text);
        return target == 0 ? std::nullopt : std::optional(ComposePort{0, target});
    }
    const auto before = text.substr(0, colon);
    const auto host = before.rfind(':');
    const auto target = first_of(text.substr(colon + 1));
    const auto published = first_of(host == std::string_view::npos ? before : before.substr(host + 1));
    return target == 0 ? std::nullopt : std::optional(ComposePort{published, target});
}

std::optional<ComposePort> parse_port(const document::Node& node)
{
    if (node.is_scalar()) {
        return parse_short_port(fill_compose(node.text).text);
    }
    const auto protocol = framework::text_at(&node, {"protocol"});
    const auto target = port_of(fill_compose(framework::text_at(&node, {"target"})).text);
    const auto published = fill_compose(framework::text_at(&node, {"published"})).text;
    if (target == 0 || (!protocol.empty() && protocol != "tcp")) {
        return std::nullopt;
    }
    return ComposePort{port_of(published.substr(0, published.find('-'))), target};
}

/// Whether a value names another service of the file, which is no host elsewhere: "db", "db:5432", the host of a URL,
/// one of a list of hosts, `host=db`.
bool names_service(std::string_view value, std::string_view service)
{
    const auto begins = [&](std::size_t at) {
        constexpr std::string_view before = "@,=; ";
        return at == 0 || before.find(value[at - 1]) != before.npos || value.substr(0, at).ends_with("//");
    };
    const auto ends = [&](std::string_view rest) {
        constexpr std::string_view behind = ":/,?; ";
        return rest.empty() || behind.find(rest.front()) != behind.npos;
    };
    for (auto at = value.find(service); at != value.npos; at = value.find(service, at + 1)) {
        const auto rest = value.substr(at + service.size());
        const auto alone = at == 0 && (rest.starts_with('/') || rest.starts_with(' '));  // a path, a sentence
        if (begins(at) && ends(rest) && !alone) {
            return true;
        }
    }
    return false;
}

/// The path of a URL of this host in a command; empty when there is none, and when it asks another port than the
/// application's (0: not known) or by TLS.
std::string local_path(std::string_view command, int port)
{
    for (const std::string_view host : {"http://localhost", "http://127.0.0.1", "http://0.0.0.0", "http://[::1]"}) {
        const auto at = command.find(host);
        if (at == std::string_view::npos) {
            continue;
        }
        auto rest = command.substr(at + host.size());
        rest = rest.substr(0, rest.find_first_of(" \t\n\"'|&;)"));
        const auto slash = rest.find('/');
        const auto asked = rest.starts_with(':') ? port_of(rest.substr(1, slash == rest.npos ? slash : slash - 1)) : 80;
        if (port != 0 && asked != port) {
            continue;
        }
        const auto path = slash == std::string_view::npos ? std::string_view("/") : rest.substr(slash);
        return path.find('?') == std::string_view::npos ? std::string(path) : std::string();  // may hold a token
    }
    return {};
}

void remark_env_file(const framework::Tree& tree, const document::Node& node, Remarks& remarks)
{
    const auto* path_node = node.is_mapping() ? node.find("path") : &node;
    if (path_node == nullptr || !path_node->is_scalar()) {
        return;
    }
    const auto path = inner_path(*path_node, fill_compose(path_node->text).text);
    std::vector<std::string> names;
    const auto* text = tree.text(path);
    for (const auto line : split(text == nullptr ? std::string_view() : std::string_view(*text), '\n')) {
        auto name = trim(line.substr(0, line.find('=')));
        name = name.starts_with("export ") ? trim(name.substr(7)) : name;
        if (is_variable_name(name) && names.size() < most_names) {
            names.emplace_back(name);
        }
    }
    remarks.add(Fate::left, path_node->where, "compose.env_file",
                text == nullptr ? fmt::format("{}, which is not there", in_quotes(path))
                                : fmt::format("{}: its values are not copied: {}", in_quotes(path), join(names, ", ")),
                "tinystacks variable set NAME=VALUE for what may be read; secrets: AWS Secrets Manager, by name in the "
                "task definition's `secrets`");
}

}  // namespace

Filled fill_compose(const std::string& text)
{
    return fill(text, Dialect::compose, [](const std::string&) { return std::optional<std::string>(); });
}

stage::Variables compose_variables(const ComposeService& service, const std::vector<std::string>& other_services,
                                   Remarks& remarks)
{
    constexpr std::string_view rule = "compose.environment";
    stage::Variables variables;
    for (const auto& pair : pairs_of(service.node.find("environment"))) {
        if (pair.value != nullptr && (pair.value->is_mapping() || pair.value->is_sequence())) {
            throw Error(ErrorKind::invalid_input, "variable {} must have a single value", in_quotes(pair.name))
                .at(pair.where);
        }
        const auto filled = pair.text ? fill_compose(*pair.text) : Filled{{}, {pair.name}, {}};
        const auto set = fmt::format("tinystacks variable set {}=VALUE",
                                     is_variable_name(pair.name) ? pair.name : std::string("NAME"));
        if (!filled.unknown.empty()) {
            remarks.add(Fate::left, pair.where, std::string(rule),
                        fmt::format("variable {} gets its value from {} of the shell or .env", in_quotes(pair.name),
                                    in_quotes(filled.unknown.front())),
                        looks_secret(pair.name, "x") ? "put it into AWS Secrets Manager and name that in the task "
                                                       "definition's `secrets`"
                                                     : set);
            continue;
        }
        add_variable(variables, pair.name, filled.text, pair.where, Dialect::compose, remarks);
        const auto host = std::ranges::find_if(
            other_services, [&](const std::string& other) { return names_service(filled.text, other); });
        if (host != other_services.end() && variables.contains(pair.name)) {
            remarks.add(Fate::fill_in, pair.where, std::string(rule),
                        fmt::format("variable {} names the service {}, which is no host outside of Compose",
                                    in_quotes(pair.name), in_quotes(*host)),
                        set);
        }
    }
    return variables;
}

ComposePort compose_port(const ComposeService& service, Remarks& remarks)
{
    ComposePort port;
    const auto read = [&](std::string_view key) {
        const auto* ports = service.node.find(key);
        if (ports == nullptr) {
            return;
        }
        for (const auto& item : ports->items) {
            const auto found = parse_port(item);
            if (found && port.target == 0) {
                port = *found;
            } else if (!found || (key == "ports" && found->target != port.target)) {
                remarks.add(Fate::left, item.where, "compose.ports",
                            fmt::format("{} of '{}'", in_quotes(item.is_scalar() ? item.text : "an item"), key),
                            "a stage has one TCP port: the first");
            }
        }
    };
    read("ports");
    read("expose");
    return port;
}

std::string compose_health(const ComposeService& service, int port, Remarks& remarks)
{
    const auto* check = service.node.find("healthcheck");
    const auto* test = check == nullptr ? nullptr : check->find("test");
    if (test == nullptr) {
        return {};
    }
    const auto path = local_path(command_of(test), port);
    if (is_url_path(path) && is_plain_line(path)) {
        return path;
    }
    remarks.add(Fate::left, check->where, "compose.healthcheck",
                "the healthcheck asks no path of the application's port by HTTP",
                "write it as HEALTHCHECK into the Dockerfile");
    return {};
}

void remark_compose_service(const framework::Tree& tree, const ComposeService& service, Remarks& remarks)
{
    for (const auto& entry : service.node.entries) {
        if (std::ranges::find(read_keys, entry.key) != read_keys.end() || entry.key.starts_with("x-") ||
            entry.value.is_null()) {
            continue;
        }
        const auto rule = std::ranges::find(key_rules, entry.key, &KeyRule::key);
        const auto known = rule != key_rules.end();
        const auto names = shows_names(entry.key) ? names_of(entry.value) : std::string();
        remarks.add(known ? rule->fate : Fate::left, entry.key_where,
                    known ? fmt::format("compose.{}", entry.key) : std::string("compose.unknown_key"),
                    names.empty() ? in_quotes(entry.key) : fmt::format("{}: {}", in_quotes(entry.key), names),
                    std::string(known ? rule->instead : in_target));
    }
    const auto* files = service.node.find("env_file");
    if (files == nullptr) {
        return;
    }
    if (!files->is_sequence()) {
        remark_env_file(tree, *files, remarks);
    }
    for (const auto& file : files->items) {
        remark_env_file(tree, file, remarks);
    }
}

}  // namespace tinystacks::project::detail
