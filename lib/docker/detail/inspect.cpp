#include "docker/detail/inspect.hpp"

#include "base/error.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace tinystacks::docker::detail {
namespace {

using nlohmann::json;

/// A member that older engines leave out and newer ones may set to null.
const json& member(const json& object, const char* name)
{
    static const json none;
    if (!object.is_object()) {
        return none;
    }
    const auto found = object.find(name);
    return found == object.end() ? none : *found;
}

std::string text_of(const json& value)
{
    return value.is_string() ? value.get<std::string>() : std::string();
}

std::optional<int> find_port(std::string_view text)
{
    int port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    const bool whole = error == std::errc() && end == text.data() + text.size();
    return whole && port > 0 && port <= 65535 ? std::optional(port) : std::nullopt;
}

std::optional<int> find_tcp_port(std::string_view key)
{
    return key.ends_with("/tcp") ? find_port(key.substr(0, key.size() - 4)) : std::nullopt;
}

/// The first port of this machine in a table such as {"8080/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8001"}]}.
std::optional<int> find_host_port(const json& table)
{
    for (const auto& entry : table) {
        for (const auto& binding : entry) {
            if (const auto port = find_port(text_of(member(binding, "HostPort")))) {
                return port;
            }
        }
    }
    return std::nullopt;
}

Container to_container(const json& document)
{
    const auto& config = member(document, "Config");
    const auto& state = member(document, "State");
    Container container;
    container.id = text_of(member(document, "Id"));
    container.name = text_of(member(document, "Name"));
    if (container.name.starts_with('/')) {
        container.name.erase(0, 1);
    }
    container.image = text_of(member(config, "Image"));
    container.state = text_of(member(state, "Status"));
    container.exit_code = member(state, "ExitCode").is_number() ? member(state, "ExitCode").get<int>() : 0;
    container.out_of_memory = member(state, "OOMKilled") == json(true);
    if (const auto& labels = member(config, "Labels"); labels.is_object()) {
        for (const auto& [key, value] : labels.items()) {
            container.labels[key] = text_of(value);
        }
    }
    // A container that does not run has no ports; what it was asked to publish is what start() will publish.
    container.host_port = find_host_port(member(member(document, "NetworkSettings"), "Ports"));
    if (!container.host_port) {
        container.host_port = find_host_port(member(member(document, "HostConfig"), "PortBindings"));
    }
    return container;
}

json parse_array(const std::string& text)
{
    auto document = json::parse(text, nullptr, false);
    if (!document.is_array()) {
        throw Error(ErrorKind::failed, "docker inspect printed something that cannot be read");
    }
    return document;
}

}  // namespace

std::vector<Container> parse_containers(const std::string& json_text)
{
    std::vector<Container> containers;
    for (const auto& document : parse_array(json_text)) {
        containers.push_back(to_container(document));
    }
    return containers;
}

std::optional<Image> parse_image(const std::string& json_text)
{
    const auto documents = parse_array(json_text);
    if (documents.empty()) {
        return std::nullopt;
    }
    const auto& document = documents.front();
    Image image{text_of(member(document, "Id")), {}, {}};
    for (const auto& digest : member(document, "RepoDigests")) {
        image.repo_digests.push_back(text_of(digest));
    }
    if (const auto& ports = member(member(document, "Config"), "ExposedPorts"); ports.is_object()) {
        for (const auto& [key, value] : ports.items()) {
            if (const auto port = find_tcp_port(key)) {
                image.ports.push_back(*port);
            }
        }
    }
    std::ranges::sort(image.ports);
    return image;
}

}  // namespace tinystacks::docker::detail
