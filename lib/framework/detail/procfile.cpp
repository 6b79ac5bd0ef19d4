#include "framework/detail/languages.hpp"

#include "base/text.hpp"
#include "framework/detail/match.hpp"

namespace tinystacks::framework {

namespace {

/// `entrypoint` beside `runtime` in app.yaml. Source: App Engine's documentation, "app.yaml reference".
std::optional<Process> find_entrypoint(const Folder& folder)
{
    const auto* text = folder.text("app.yaml");
    if (text == nullptr || !matches(*text, R"(^runtime:\s*\S)")) {
        return std::nullopt;
    }
    auto command = find_match(*text, R"(^entrypoint:[ \t]*([^#\n|>&][^\n]*?)\s*$)").value_or("");
    if (command.size() > 1 && (command.front() == '"' || command.front() == '\'') &&
        command.back() == command.front()) {
        command = command.substr(1, command.size() - 2);
    }
    if (command.empty()) {
        return std::nullopt;
    }
    return Process{command, {folder.in_tree("app.yaml"), line_of(*text, "entrypoint:"), 1}};
}

}  // namespace

/// Source: Heroku's documentation, "The Procfile": `name: command`, one a line.
std::optional<Process> find_process(const Folder& folder)
{
    const auto* text = folder.text("Procfile");
    std::optional<Process> only;
    std::size_t number = 0;
    std::size_t processes = 0;
    for (const auto line : split(text == nullptr ? std::string_view() : std::string_view(*text), '\n')) {
        ++number;
        const auto colon = line.find(':');
        const auto name = trim(line.substr(0, colon));
        if (colon == std::string_view::npos || name.empty() || name.starts_with('#')) {
            continue;
        }
        Process process{std::string(trim(line.substr(colon + 1))), {folder.in_tree("Procfile"), number, 1}};
        if (name == "web" && !process.command.empty()) {
            return process;
        }
        if (name != "release" && !process.command.empty()) {
            ++processes;
            only = std::move(process);
        }
    }
    return processes == 1 ? only : text == nullptr ? find_entrypoint(folder) : std::nullopt;
}

}  // namespace tinystacks::framework
