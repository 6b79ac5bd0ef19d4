#include "framework/detail/languages.hpp"

#include "base/text.hpp"

namespace tinystacks::framework {

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
    return processes == 1 ? only : std::nullopt;
}

}  // namespace tinystacks::framework
