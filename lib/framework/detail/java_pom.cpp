#include "framework/detail/java_pom.hpp"

#include "base/text.hpp"
#include "framework/detail/path.hpp"

#include <algorithm>

namespace tinystacks::framework {
namespace {

constexpr std::size_t most_parents = 8;

std::string pom_in(const std::string& directory)
{
    return directory.empty() ? "pom.xml" : directory + "/pom.xml";
}

const document::Element* find_plugin(const document::Element& pom, std::string_view container,
                                     std::string_view artifact)
{
    const auto* plugins = pom.find_path(container);
    if (plugins == nullptr) {
        return nullptr;
    }
    const auto found = std::ranges::find_if(
        plugins->children, [&](const document::Element& each) { return each.text_of("artifactId") == artifact; });
    return found == plugins->children.end() ? nullptr : &*found;
}

const document::Element* find_configured(const document::Element& plugin, std::string_view path)
{
    if (const auto* configuration = plugin.find("configuration")) {
        if (const auto* found = configuration->find_path(path)) {
            return found;
        }
    }
    if (const auto* executions = plugin.find("executions")) {
        for (const auto& execution : executions->children) {
            const auto* configuration = execution.find("configuration");
            if (const auto* found = configuration == nullptr ? nullptr : configuration->find_path(path)) {
                return found;
            }
        }
    }
    return nullptr;
}

}  // namespace

std::optional<Pom> Pom::read(const Tree& tree, const std::string& directory)
{
    Pom pom;
    std::string at = directory;
    while (pom.chain_.size() < most_parents) {
        const auto* element = tree.xml(pom_in(at));
        if (element == nullptr || element->name != "project") {
            break;
        }
        if (!pom.chain_.empty()) {
            const auto wanted = pom.chain_.back().element->text_of("parent/artifactId");
            if (element->text_of("artifactId") != wanted) {
                break;
            }
        }
        pom.chain_.push_back({element, at});
        const auto* parent = element->find("parent");
        if (parent == nullptr) {
            break;
        }
        const auto* relative = parent->find("relativePath");
        if (relative != nullptr && relative->text.empty()) {
            break;
        }
        auto path = relative == nullptr ? std::string("..") : relative->text;
        if (path.ends_with(".xml")) {
            path.erase(path.rfind('/') == std::string::npos ? 0 : path.rfind('/'));
        }
        const auto above = resolve_path(at, path);
        if (!above || *above == at) {
            break;
        }
        at = *above;
    }
    return pom.chain_.empty() ? std::nullopt : std::optional(std::move(pom));
}

std::string Pom::file() const
{
    return pom_in(directory());
}

std::string Pom::artifact() const
{
    return resolved(root().text_of("artifactId"));
}

std::string Pom::packaging() const
{
    const auto text = resolved(root().text_of("packaging"));
    return text.empty() ? "jar" : text;
}

std::string Pom::parent() const
{
    const auto* parent = root().find("parent");
    return parent == nullptr ? std::string()
                             : fmt::format("{}:{}:{}", parent->text_of("groupId"), parent->text_of("artifactId"),
                                           resolved(parent->text_of("version")));
}

Position Pom::parent_where() const
{
    const auto* parent = root().find("parent");
    const auto* version = parent == nullptr ? nullptr : parent->find("version");
    return {file(), version == nullptr ? 0 : version->line, 1};
}

std::string Pom::final_name() const
{
    std::string name;
    for (const auto& level : chain_) {
        if (name.empty()) {
            name = level.element->text_of("build/finalName");
        }
    }
    name = resolved(name.empty() ? std::string("${project.artifactId}-${project.version}") : name);
    for (auto at = name.find("${"); at != std::string::npos; at = name.find("${")) {
        const auto end = name.find('}', at);
        name.replace(at, end == std::string::npos ? std::string::npos : end - at + 1, "*");
    }
    return name;
}

std::vector<std::string> Pom::modules() const
{
    std::vector<std::string> found;
    for (const auto* const list : {"modules", "subprojects"}) {
        const auto* modules = root().find(list);
        for (const auto& module : modules == nullptr ? std::vector<document::Element>() : modules->children) {
            auto path = resolved(module.text);
            if (path.ends_with("/pom.xml")) {
                path.erase(path.size() - std::string_view("/pom.xml").size());
            }
            if (const auto module_directory = resolve_path(directory(), path)) {
                found.push_back(*module_directory);
            }
        }
    }
    return found;
}

std::optional<PomText> Pom::property(std::string_view name) const
{
    for (const auto& level : chain_) {
        const auto* properties = level.element->find("properties");
        if (const auto* found = properties == nullptr ? nullptr : properties->find(name)) {
            return PomText{resolved(found->text), {pom_in(level.directory), found->line, 1}};
        }
    }
    return std::nullopt;
}

std::string Pom::resolved(std::string text) const
{
    constexpr int most_rounds = 16;
    constexpr std::size_t longest_text = 4096;  // of what names, versions and paths are made of
    std::size_t from = 0;
    for (int round = 0; round < most_rounds; ++round) {
        const auto at = text.find("${", from);
        const auto end = at == std::string::npos ? at : text.find('}', at);
        if (end == std::string::npos) {
            break;
        }
        const auto name = text.substr(at + 2, end - at - 2);
        std::string value;
        for (const auto& level : chain_) {
            const auto& pom = *level.element;
            if (!value.empty()) {
                break;
            }
            if (name == "project.version" || name == "version" || name == "pom.version") {
                value = pom.text_of("version").empty() ? pom.text_of("parent/version") : pom.text_of("version");
            } else if (name == "project.artifactId" || name == "artifactId") {
                value = pom.text_of("artifactId");
            } else if (name == "project.name") {
                value = pom.text_of("name").empty() ? pom.text_of("artifactId") : pom.text_of("name");
            } else if (name == "project.parent.version") {
                value = pom.text_of("parent/version");
            } else if (name == "project.groupId") {
                value = pom.text_of("groupId").empty() ? pom.text_of("parent/groupId") : pom.text_of("groupId");
            } else if (const auto* properties = pom.find("properties")) {
                value = properties->text_of(name);
            }
        }
        if (value.empty()) {
            from = end;  // defined by nothing here
        } else {
            text.replace(at, end - at + 1, value);
        }
        if (text.size() > longest_text) {
            return {};
        }
    }
    return text;
}

std::vector<const document::Element*> Pom::plugins(std::string_view artifact) const
{
    std::vector<const document::Element*> found;
    for (const auto* const container : {"build/plugins", "build/pluginManagement/plugins"}) {
        for (const auto& level : chain_) {
            if (const auto* plugin = find_plugin(*level.element, container, artifact)) {
                found.push_back(plugin);
            }
        }
    }
    return found;
}

bool Pom::uses(std::string_view artifact) const
{
    return std::ranges::any_of(
        chain_, [&](const Level& level) { return find_plugin(*level.element, "build/plugins", artifact) != nullptr; });
}

bool Pom::uses_itself(std::string_view artifact) const
{
    return find_plugin(root(), "build/plugins", artifact) != nullptr;
}

std::optional<PomText> Pom::configuration(std::string_view artifact, std::string_view path) const
{
    for (const auto* const container : {"build/plugins", "build/pluginManagement/plugins"}) {
        for (const auto& level : chain_) {
            const auto* plugin = find_plugin(*level.element, container, artifact);
            if (const auto* found = plugin == nullptr ? nullptr : find_configured(*plugin, path)) {
                return PomText{resolved(found->text), {pom_in(level.directory), found->line, 1}};
            }
        }
    }
    return std::nullopt;
}

std::vector<std::string> Pom::dependencies() const
{
    std::vector<std::string> found;
    for (const auto& level : chain_) {
        const auto* dependencies = level.element->find("dependencies");
        for (const auto& each : dependencies == nullptr ? std::vector<document::Element>() : dependencies->children) {
            const auto scope = resolved(each.text_of("scope"));
            if (scope != "test") {
                found.push_back(fmt::format("{}:{}{}", resolved(each.text_of("groupId")),
                                            resolved(each.text_of("artifactId")),
                                            scope == "provided" ? " (provided)" : ""));
            }
        }
    }
    return found;
}

}  // namespace tinystacks::framework
