#include "framework/detail/java_port.hpp"

#include "base/text.hpp"
#include "framework/detail/languages.hpp"
#include "framework/detail/match.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace tinystacks::framework {
namespace {

constexpr int usual_port = 8080;
constexpr int play_port = 9000;
constexpr int highest_port = 65535;
/// PostgreSQL, MySQL, Redis, MongoDB, Kafka, RabbitMQ, Elasticsearch, SMTP: what a program connects to.
constexpr std::array<int, 8> ports_of_others = {5432, 3306, 6379, 27017, 9092, 5672, 9200, 587};

std::optional<int> to_port(const std::optional<std::string>& text)
{
    int port = 0;
    if (!text || std::from_chars(text->data(), text->data() + text->size(), port).ec != std::errc()) {
        return std::nullopt;
    }
    return port > 0 && port <= highest_port ? std::optional(port) : std::nullopt;
}

/// The texts of the settings that Spring, Quarkus, Micronaut and Ktor read.
std::string settings_of(const Folder& folder, const JavaProject& project)
{
    std::string texts;
    for (const auto* const directory : {"src/main/resources", "resources", "src/main/resources/config", "config"}) {
        for (const auto* const name :
             {"application.properties", "application.yml", "application.yaml", "application.conf"}) {
            const auto* text = folder.text(in_module(project.module, fmt::format("{}/{}", directory, name)));
            texts += text == nullptr ? std::string() : *text + "\n";
        }
    }
    return texts;
}

/// Of a settings file: server.port=8081, server.port=${PORT:8081}, and the same in YAML.
std::optional<int> port_in_settings(const std::string& settings, const std::string& framework)
{
    if (framework == "quarkus") {
        return to_port(find_match(settings, R"(^\s*quarkus\.http\.port\s*[=:]\s*(?:\$\{\w+:)?(\d+))"));
    }
    if (framework == "micronaut") {
        const auto line = find_match(settings, R"(^\s*micronaut\.server\.port\s*[=:]\s*(?:\$\{\w+:)?(\d+))");
        return to_port(
            line ? line
                 : find_match(settings, R"(^\s+server:[ \t]*\n(?:[ \t]+[^\n]*\n)*?[ \t]+port:\s*(?:\$\{\w+:)?(\d+))"));
    }
    if (framework == "ktor") {
        return to_port(find_match(settings, R"(^\s*port\s*[=:]\s*"?(?:\$\w+:)?(\d+))"));
    }
    const auto line = find_match(settings, R"(^\s*server\.port\s*[=:]\s*(?:\$\{\w+:)?(\d+))");
    return to_port(
        line ? line : find_match(settings, R"(^server:[ \t]*\n(?:[ \t]+[^\n]*\n)*?[ \t]+port:\s*(?:\$\{\w+:)?(\d+))"));
}

bool is_spring_server(const JavaProject& project)
{
    const auto servers = matches(
        project.texts,
        R"(starter-(?:web|webmvc|webflux|jersey|data-rest|websocket|graphql|hateoas|thymeleaf|freemarker|mustache|undertow|tomcat|jetty|rsocket|actuator|oauth2)|springdoc|spring-cloud|vaadin|admin-server)");
    const auto starters = matches(project.texts, R"(org\.springframework\.boot:spring-boot-starter)");
    return servers || !starters || !project.module.empty() || project.texts.find("project(") != std::string::npos;
}

/// What a program without a framework says in the file of its main method.
int port_in_source(const JavaProject& project)
{
    for (const auto* const pattern :
         {R"(getenv\(\s*"PORT"\s*\)[^\n]*?\b(\d{4,5})\b)", R"re(getOrDefault\(\s*"PORT"\s*,\s*"(\d+)")re",
          R"(\bport\s*=\s*(\d{4,5})\b)", R"(new\s+InetSocketAddress\((?:[^,)\n]+,\s*)?(\d{2,5})\))",
          R"(\bServerSocket\((\d{2,5})\b)", R"(\.(?:start|listen|port|asServer)\(\s*(?:\w+\()?(\d{2,5})\b)",
          R"(\bServer\((\d{2,5})\))", R"(\bport\((\d{2,5})\))", R"(embeddedServer\([^)\n]*?(\d{4,5}))"}) {
        const auto port = to_port(find_match(project.texts, pattern));
        if (port && std::ranges::find(ports_of_others, *port) == ports_of_others.end()) {
            return *port;
        }
    }
    const auto serves = matches(
        project.texts,
        R"(getenv\(\s*"PORT"|(?i:javalin|spark-core|sparkjava|http4s|http4k|akka-http|pekko-http|zio-http|undertow|jetty-server|jetty-webapp|grizzly|tomcat-embed|reactor-netty|ratpack|finagle|cask|tapir|blade-mvc|jooby)|HttpServer\.create)");
    return serves ? usual_port : 0;
}

bool is_safe_path(const std::string& path)
{
    return path.starts_with('/') && path.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                           "0123456789/_-.") == std::string::npos;
}

}  // namespace

int port_of(const Folder& folder, const JavaProject& project)
{
    if (project.framework == "play") {
        return play_port;
    }
    if (project.framework == "none") {
        return port_in_source(project);
    }
    if (project.framework == "spring-boot" && !is_spring_server(project)) {
        return 0;
    }
    if (const auto port = port_in_settings(settings_of(folder, project), project.framework)) {
        return *port;
    }
    const auto in_source = project.framework == "ktor" || project.framework == "vertx" ? port_in_source(project) : 0;
    return in_source != 0 ? in_source : usual_port;
}

PortArguments port_arguments(const Folder& folder, const JavaProject& project, int port)
{
    PortArguments arguments;
    if (port == 0) {
        return arguments;
    }
    const auto value = fmt::format("${{PORT:{}}}", port);  // the framework expands it, no shell
    if (project.framework == "spring-boot" && project.artifact != JavaArtifact::folder) {
        arguments.behind = {"--server.port=" + value};
    } else if (project.framework == "quarkus") {
        arguments.options = {"-Dquarkus.http.host=0.0.0.0", "-Dquarkus.http.port=" + value};
    } else if (project.framework == "micronaut" && project.artifact == JavaArtifact::folder) {
        arguments.shell = fmt::format("-micronaut.server.port=${{PORT:-{}}}", port);
    } else if (project.framework == "micronaut") {
        arguments.options = {"-Dmicronaut.server.port=" + value};
    } else if (project.framework == "play") {
        arguments.shell = fmt::format("-Dhttp.port=${{PORT:-{}}} -Dpidfile.path=/dev/null", port);
    } else if (project.framework == "ktor" && project.main_class.find("EngineMain") != std::string::npos &&
               settings_of(folder, project).find("PORT") == std::string::npos) {
        arguments.shell = fmt::format("-port=${{PORT:-{}}}", port);
    } else if (project.framework == "dropwizard") {
        arguments.behind = {"server"};
        if (const auto settings = dropwizard_configuration(folder, project); !settings.empty()) {
            arguments.stated = {"server", settings};
            arguments.behind.push_back(settings.substr(settings.rfind('/') + 1));
        } else {
            arguments.stated = arguments.behind;
        }
    }
    return arguments;
}

std::string health_path(const Folder& folder, const JavaProject& project)
{
    const auto settings = settings_of(folder, project);
    const auto has = [&](std::string_view part) { return project.texts.find(part) != std::string::npos; };
    if (project.framework == "spring-boot") {
        const auto context = find_match(settings, R"(context-path\s*[=:]\s*["']?([^\s"']+))").value_or("");
        const auto elsewhere = matches(settings, R"(^\s*management\.(?:server\.port|endpoints\.web\.base-path))") ||
                               matches(settings, R"(^management:)");
        const auto path = (context == "/" ? "" : context) +
                          (has("spring-boot-starter-actuator") && !elsewhere ? "/actuator/health" : "/");
        return is_safe_path(path) ? path : "/";
    }
    if (project.framework == "quarkus" && has("smallrye-health")) {
        return "/q/health";
    }
    return project.framework == "micronaut" && has("micronaut-management") ? "/health" : "/";
}

std::vector<std::string> variables_of(const Folder& folder, const JavaProject& project)
{
    auto names = find_matches(project.texts, R"re(getenv\(\s*"(\w+)"\s*\))re");
    for (auto& name : find_matches(settings_of(folder, project), R"(\$\{\??([A-Z][A-Z0-9_]+)[:}])")) {
        names.push_back(std::move(name));
    }
    std::erase(names, "PORT");
    std::ranges::sort(names);
    const auto repeated = std::ranges::unique(names);
    names.erase(repeated.begin(), repeated.end());
    return names;
}

std::string dropwizard_configuration(const Folder& folder, const JavaProject& project)
{
    if (project.framework != "dropwizard") {
        return {};
    }
    const auto module = project.module.empty() ? folder : folder.child(project.module);
    for (const auto* const name : {"config.yml", "config.yaml", "configuration.yml", "config/config.yml"}) {
        if (module.has_file(name)) {
            return in_module(project.module, name);
        }
    }
    std::vector<std::string> found;
    for (const auto name : module.files()) {
        if (name.ends_with(".yml") && !name.starts_with('.') && !name.starts_with("docker-compose")) {
            found.emplace_back(name);
        }
    }
    return found.size() == 1 ? in_module(project.module, found.front()) : std::string();
}

OwnStart own_start(const Folder& folder, const JavaProject& project, const Overrides& overrides,
                   Application& application)
{
    const auto process = find_process(folder);
    const auto command = !overrides.start.empty() ? overrides.start : process ? process->command : std::string();
    if (command.empty()) {
        return OwnStart::none;
    }
    if (application.port == 0 && command.find("PORT") != std::string::npos) {
        application.port = usual_port;
    }
    const auto named = command.find("target/") != std::string::npos || command.find("build/") != std::string::npos;
    if (named && project.artifact == JavaArtifact::none && project.questions.empty()) {
        application.refusal.clear();
    }
    return named || (project.artifact == JavaArtifact::none && !overrides.start.empty()) ? OwnStart::of_build
                                                                                         : OwnStart::other;
}

}  // namespace tinystacks::framework
