#include "framework/detail/python_version.hpp"

#include "base/text.hpp"
#include "framework/detail/match.hpp"

#include <algorithm>
#include <array>

namespace tinystacks::framework::python {
namespace {

/// Source: Python's release schedule (PEPs 373, 429, 478, 494, 537, 569, 596, 619, 664, 693, 719 and 745; Python
/// Developer's Guide, "Status of Python versions"). Only lines whose images are known.
constexpr std::array<Release, 12> lines = {{
    {"3.14", "3.14", "2030-10-31", ""},
    {"3.13", "3.13", "2029-10-31", ""},
    {"3.12", "3.12", "2028-10-31", ""},
    {"3.11", "3.11", "2027-10-31", ""},
    {"3.10", "3.10", "2026-10-31", ""},
    {"3.9", "3.9", "2025-10-31", ""},
    {"3.8", "3.8", "2024-10-07", ""},
    {"3.7", "3.7", "2023-06-27", ""},
    {"3.6", "3.6", "2021-12-23", ""},
    {"3.5", "3.5", "2020-09-30", ""},
    {"3.4", "3.4", "2019-03-18", ""},
    {"2.7", "2.7", "2020-01-01", ""},
}};
constexpr Releases releases = {"python", "2026-11-30", "3.13", lines};

/// The first patch of a line that has an image on Debian 12 and on Debian 11; older ones stayed on Debian 10.
/// Source: the history of the official image: bookworm came in June 2023, bullseye in August 2021.
struct Debian {
    std::string_view line;
    int bookworm;  ///< -1 for none
    int bullseye;
};
constexpr int never = -1;
constexpr std::array<Debian, 8> debians = {{{"3.11", 4, 0},
                                            {"3.10", 12, 0},
                                            {"3.9", 17, 7},
                                            {"3.8", 17, 12},
                                            {"3.7", 17, 12},
                                            {"3.6", never, 15},
                                            {"3.5", never, never},
                                            {"2.7", never, never}}};

void add(std::vector<Pin>& pins, std::optional<Pin> pin)
{
    if (pin) {
        pins.push_back(std::move(*pin));
    }
}

/// What a pattern finds in a text file, as a pin.
void add_match(std::vector<Pin>& pins, const Folder& folder, const std::string& file, const char* pattern,
               const std::string& rule)
{
    const auto* text = folder.text(file);
    const auto found = text == nullptr ? std::nullopt : find_match(*text, pattern);
    if (found && !trim(*found).empty()) {
        pins.push_back({std::string(trim(*found)), {folder.in_tree(file), line_of(*text, *found), 1}, rule});
    }
}

}  // namespace

Runtime choose_python(const Folder& folder, const Overrides& overrides, std::vector<std::string>& warnings)
{
    std::vector<Pin> pins;
    if (!overrides.version.empty()) {
        pins.push_back({overrides.version, {}, std::string(said_version)});
    }
    std::ranges::move(tool_pins(folder, {"python"}), std::back_inserter(pins));
    add(pins, file_pin(folder, ".python-version"));
    add(pins, file_pin(folder, ".python-versions"));
    const auto* project = folder.toml("pyproject.toml");
    add(pins, node_pin(find_path(project, {"project", "requires-python"}), "requires-python"));
    const auto* poetry = find_path(project, {"tool", "poetry", "dependencies", "python"});
    add(pins, node_pin(poetry != nullptr && poetry->is_mapping() ? poetry->find("version") : poetry,
                       "tool.poetry.dependencies.python"));
    const auto* requires_table = find_path(folder.toml("Pipfile"), {"requires"});
    add(pins, node_pin(find_path(requires_table, {"python_full_version"}), "Pipfile python_full_version"));
    add(pins, node_pin(find_path(requires_table, {"python_version"}), "Pipfile python_version"));
    add_match(pins, folder, "setup.cfg", R"(^python_requires\s*=\s*(\S[^\n]*))", "python_requires");
    add_match(pins, folder, "setup.py", R"(python_requires\s*=\s*['"]([^'"\n]+)['"])", "python_requires");
    add_match(pins, folder, "uv.lock", R"(^requires-python = "([^"\n]+)\")", "uv.lock");
    add_match(pins, folder, "Pipfile.lock", R"("python_(?:full_)?version":\s*"([0-9.]+)\")", "Pipfile.lock");
    add(pins, file_pin(folder, "runtime.txt"));
    return choose_runtime(pins, releases, warnings);
}

std::string image_of(std::string_view release)
{
    const auto parts = split(release, '.');
    const auto line = parts.size() < 2 ? std::string(release) : std::string(parts[0]) + "." + std::string(parts[1]);
    const auto* debian = std::ranges::find(debians, line, &Debian::line);
    std::string_view name = "bookworm";
    if (debian != debians.end()) {
        const auto has = [&](int first) {
            return first != never && (parts.size() < 3 || compare_versions(parts[2], std::to_string(first)) >= 0);
        };
        name = has(debian->bookworm) ? "bookworm" : has(debian->bullseye) ? "bullseye" : "buster";
    }
    return fmt::format("python:{}-slim-{}", release, name);
}

bool is_at_least(std::string_view release, std::string_view least)
{
    return compare_versions(release, least) >= 0;
}

}  // namespace tinystacks::framework::python
