#include "framework/pin.hpp"

#include "base/text.hpp"
#include "framework/detail/match.hpp"

#include <algorithm>

namespace tinystacks::framework {
namespace {

/// Source: mise's documentation, "Configuration", the order of its files.
const std::vector<std::string> mise_files = {"mise.toml",         ".mise.toml",        "mise/config.toml",
                                             ".mise/config.toml", ".config/mise.toml", ".config/mise/config.toml"};

/// The folder and those above it, up to the tree's root.
std::vector<Folder> upwards(const Folder& folder)
{
    std::vector<Folder> folders = {folder};
    while (!folders.back().is_root()) {
        folders.push_back(folders.back().parent());
    }
    return folders;
}

/// What mise says of a tool: "22", ["22", "20"], { version = "22" }.
const document::Node* version_in(const document::Node* tool)
{
    if (tool != nullptr && tool->is_sequence()) {
        return tool->items.empty() ? nullptr : version_in(&tool->items.front());
    }
    return tool != nullptr && tool->is_mapping() ? tool->find("version") : tool;
}

void add_mise(const Folder& folder, const std::vector<std::string>& names, std::vector<Pin>& pins)
{
    for (const auto& file : mise_files) {
        const auto* tools = find_path(folder.toml(file), {"tools"});
        for (const auto& name : names) {
            const auto* named = tools == nullptr ? nullptr : tools->find(name);
            const auto* tool = version_in(named != nullptr || tools == nullptr ? named : tools->find("core:" + name));
            if (auto pin = node_pin(tool, file)) {
                pins.push_back(std::move(*pin));
            }
        }
    }
}

void add_tool_versions(const Folder& folder, const std::vector<std::string>& names, std::vector<Pin>& pins)
{
    const auto* text = folder.text(".tool-versions");
    if (text == nullptr) {
        return;
    }
    std::size_t number = 0;
    for (const auto line : split(*text, '\n')) {
        ++number;
        const auto words = trim(line.substr(0, line.find('#')));
        const auto blank = words.find_first_of(" \t");
        if (blank == std::string_view::npos || std::ranges::find(names, words.substr(0, blank)) == names.end()) {
            continue;
        }
        const auto version = trim(words.substr(blank));
        pins.push_back({std::string(version.substr(0, version.find_first_of(" \t"))),
                        {folder.in_tree(".tool-versions"), number, 1},
                        ".tool-versions"});
    }
}

}  // namespace

std::vector<Pin> tool_pins(const Folder& folder, const std::vector<std::string>& names)
{
    std::vector<Pin> pins;
    for (const auto& each : upwards(folder)) {
        add_mise(each, names, pins);
    }
    for (const auto& each : upwards(folder)) {
        add_tool_versions(each, names, pins);
    }
    return pins;
}

std::optional<Pin> file_pin(const Folder& folder, const std::string& name)
{
    for (const auto& each : upwards(folder)) {
        const auto* text = each.text(name);
        std::size_t number = 0;
        for (auto line : split(text == nullptr ? std::string_view() : std::string_view(*text), '\n')) {
            ++number;
            constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
            line.remove_prefix(line.starts_with(byte_order_mark) ? byte_order_mark.size() : 0);
            const auto pin = trim(line.substr(0, line.find('#')));
            if (!pin.empty()) {
                return Pin{std::string(pin), {each.in_tree(name), number, 1}, name};
            }
        }
    }
    return std::nullopt;
}

std::optional<Pin> node_pin(const document::Node* node, std::string rule)
{
    if (node == nullptr || !node->is_scalar() || trim(node->text).empty()) {
        return std::nullopt;
    }
    return Pin{std::string(trim(node->text)), node->where, std::move(rule)};
}

Runtime choose_runtime(const std::vector<Pin>& pins, const Releases& releases, std::vector<std::string>& warnings)
{
    Runtime runtime;
    runtime.name = releases.language;
    runtime.release = find_release(releases.usual, releases).value_or(std::string(releases.usual));
    const auto shown = [](const Pin& pin) {
        return pin.where.file.empty() ? fmt::format("{} '{}'", pin.rule, printable_line(pin.text))
                                      : fmt::format("'{}' ({}, {})", printable_line(pin.text),
                                                    to_string(Position{pin.where.file, pin.where.line, 0}), pin.rule);
    };
    for (const auto& pin : pins) {
        const auto release = find_release(pin.text, releases);
        if (!runtime.pin) {
            runtime.pin = pin;
            if (release) {
                runtime.release = *release;
                if (find_line(*release, releases) == nullptr) {
                    warnings.push_back(fmt::format("{} is no {} release known on {}: it is taken as it is", shown(pin),
                                                   runtime.name, releases.as_of));
                }
            } else if (pin.rule == said_version) {
                throw Error(ErrorKind::usage, "--version '{}' is not understood as a {} version",
                            printable_line(pin.text), runtime.name)
                    .with_hint(fmt::format("tinystacks init --version {}", runtime.release));
            } else {
                warnings.push_back(
                    fmt::format("{} is not understood as a {} version: {} is taken instead, or say --version",
                                shown(pin), runtime.name, runtime.release));
            }
        } else if (release && !allows(pin.text, runtime.release, releases)) {
            warnings.push_back(fmt::format("{} and {} disagree: the first counts", shown(*runtime.pin), shown(pin)));
        }
    }
    runtime.end_of_life = is_past_end(runtime.release, releases);
    if (runtime.end_of_life) {
        const auto* line = find_line(runtime.release, releases);
        warnings.push_back(fmt::format("{} {} had its end of life on {}", runtime.name, runtime.release, line->ends));
    }
    return runtime;
}

}  // namespace tinystacks::framework
