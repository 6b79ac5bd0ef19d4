#include "framework/detail/python_requirements.hpp"

#include "base/text.hpp"
#include "framework/detail/match.hpp"

#include <algorithm>

namespace tinystacks::framework::python {
namespace {

constexpr std::size_t most_files = 12;

bool is_name_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
}

/// A marker that leaves the package out on Linux.
bool is_elsewhere(std::string_view marker)
{
    return matches(marker,
                   R"((?:sys_platform|platform_system|os_name)\s*==\s*['"](?:win32|Windows|nt|darwin|Darwin)['"])");
}

/// A line with what `\` at its end joins to it, and where it began.
struct Line {
    std::string text;
    std::size_t number;
};

std::vector<Line> joined_lines(std::string_view text)
{
    std::vector<Line> lines;
    bool open = false;
    std::size_t number = 0;
    for (const auto raw : split(text, '\n')) {
        ++number;
        auto line = trim(raw);
        const auto continues = line.ends_with('\\');
        line.remove_suffix(continues ? 1 : 0);
        if (open) {
            lines.back().text += " " + std::string(trim(line));
        } else {
            lines.push_back({std::string(line), number});
        }
        open = continues;
    }
    return lines;
}

/// Without a comment: `#` at the start or behind a blank.
std::string_view without_comment(std::string_view line)
{
    if (line.starts_with('#')) {
        return {};
    }
    return trim(line.substr(0, std::min(line.find(" #"), line.find("\t#"))));
}

/// A path that another file names, seen from the folder; empty when it leaves it.
std::string beside(const std::string& file, std::string_view named)
{
    const auto slash = file.rfind('/');
    std::vector<std::string> parts;
    const auto whole = slash == std::string::npos ? std::string(named) : file.substr(0, slash + 1) + std::string(named);
    for (const auto part : split(whole, '/')) {
        if (part == "..") {
            if (parts.empty()) {
                return {};
            }
            parts.pop_back();
        } else if (!part.empty() && part != ".") {
            parts.emplace_back(part);
        }
    }
    return join(parts, "/");
}

bool is_path(std::string_view text)
{
    return text.starts_with('.') || text.starts_with('/') || text.starts_with("file:") || text.ends_with(".whl") ||
           text.ends_with(".tar.gz");
}

void add_line(const Folder& folder, const std::string& file, const Line& line, Requirements& requirements);

void read_one(const Folder& folder, const std::string& file, Requirements& requirements)
{
    const auto known = std::ranges::find(requirements.files, file) != requirements.files.end();
    const auto* text = known || requirements.files.size() >= most_files ? nullptr : folder.text(file);
    if (text == nullptr) {
        return;
    }
    requirements.files.push_back(file);
    for (const auto& line : joined_lines(*text)) {
        add_line(folder, file, line, requirements);
    }
}

void add_line(const Folder& folder, const std::string& file, const Line& line, Requirements& requirements)
{
    auto text = without_comment(line.text);
    if (const auto included = find_match(text, R"(^(?:-r|--requirement|-c|--constraint)[ =]?\s*(\S+))")) {
        read_one(folder, beside(file, *included), requirements);
        return;
    }
    if (const auto editable = find_match(text, R"(^(?:-e|--editable)[ =]\s*(.*)$)")) {
        requirements.from_sources = requirements.from_sources || is_path(*editable);
        text = text.substr(text.size() - editable->size());
    }
    requirements.from_git = requirements.from_git || text.find("git+") != std::string_view::npos;
    if (text.empty() || text.starts_with('-')) {
        return;
    }
    const auto at = text.find(" @ ");
    if (is_path(text) || (at != std::string_view::npos && is_path(trim(text.substr(at + 3))))) {
        requirements.from_sources = true;
    }
    if (auto dependency = parse_requirement(text)) {
        dependency->where = {folder.in_tree(file), line.number, 1};
        requirements.dependencies.add(std::move(*dependency));
    }
}

void add_list(const document::Node* list, Requirements& requirements)
{
    if (list == nullptr || !list->is_sequence()) {
        return;
    }
    for (const auto& item : list->items) {
        requirements.from_git = requirements.from_git || item.text.find("git+") != std::string::npos;
        if (auto dependency = item.is_scalar() ? parse_requirement(item.text) : std::nullopt) {
            dependency->where = item.where;
            requirements.dependencies.add(std::move(*dependency));
        }
    }
}

/// Poetry's and Pipenv's tables: the name is the key, the rest a version or a table.
void add_table(const document::Node* table, Requirements& requirements)
{
    if (table == nullptr || !table->is_mapping()) {
        return;
    }
    for (const auto& entry : table->entries) {
        if (entry.key == "python") {
            continue;
        }
        Dependency dependency{normalised(entry.key), {}, entry.key_where};
        const auto* value = &entry.value;
        if (const auto* extras = value->find("extras"); extras != nullptr && extras->is_sequence()) {
            for (const auto& extra : extras->items) {
                dependency.extras.push_back(normalised(extra.text));
            }
        }
        requirements.from_git = requirements.from_git || value->find("git") != nullptr;
        requirements.from_sources = requirements.from_sources || value->find("path") != nullptr;
        requirements.dependencies.add(std::move(dependency));
    }
}

}  // namespace

void Dependencies::add(Dependency dependency)
{
    all_.push_back(std::move(dependency));
}

const Dependency* Dependencies::find(std::string_view name) const
{
    const auto found = std::ranges::find(all_, name, &Dependency::name);
    return found == all_.end() ? nullptr : &*found;
}

bool Dependencies::has_extra(std::string_view name, std::string_view extra) const
{
    return std::ranges::any_of(all_, [&](const Dependency& each) {
        return each.name == name && std::ranges::find(each.extras, extra) != each.extras.end();
    });
}

std::string normalised(std::string_view name)
{
    std::string result;
    for (const auto c : to_lower(trim(name))) {
        const auto separator = c == '-' || c == '_' || c == '.';
        if (!separator) {
            result += c;
        } else if (!result.empty() && result.back() != '-') {
            result += '-';
        }
    }
    return result;
}

std::optional<Dependency> parse_requirement(std::string_view text)
{
    text = trim(text);
    if (const auto marker = text.find(';'); marker != std::string_view::npos && is_elsewhere(text.substr(marker))) {
        return std::nullopt;
    }
    if (text.find("://") < text.find_first_of(" @[")) {
        const auto egg = find_match(text, R"(#egg=([A-Za-z0-9._-]+))");
        return egg ? std::optional(Dependency{normalised(*egg), {}, {}}) : std::nullopt;
    }
    const auto end = static_cast<std::size_t>(std::ranges::find_if_not(text, is_name_character) - text.begin());
    if (end == 0 || text[0] == '.' || text[0] == '-' || (end < text.size() && text[end] == '/')) {
        return std::nullopt;
    }
    Dependency dependency{normalised(text.substr(0, end)), {}, {}};
    const auto rest = trim(text.substr(end));
    if (rest.starts_with('[')) {
        for (const auto extra : split(rest.substr(1, rest.find(']') - 1), ',')) {
            dependency.extras.push_back(normalised(extra));
        }
    }
    return dependency;
}

void read_requirements(const Folder& folder, const std::string& file, Requirements& requirements)
{
    read_one(folder, file, requirements);
}

void read_pyproject(const Folder& folder, Requirements& requirements)
{
    const auto* root = folder.toml("pyproject.toml");
    add_list(find_path(root, {"project", "dependencies"}), requirements);
    add_table(find_path(root, {"tool", "poetry", "dependencies"}), requirements);
    add_table(find_path(root, {"tool", "poetry", "group", "main", "dependencies"}), requirements);
    const auto* sources = find_path(root, {"tool", "uv", "sources"});
    for (const auto& source : sources == nullptr ? std::vector<document::Entry>() : sources->entries) {
        requirements.from_git = requirements.from_git || source.value.find("git") != nullptr;
        requirements.from_sources = requirements.from_sources || source.value.find("path") != nullptr;
    }
}

void read_pipfile(const Folder& folder, Requirements& requirements)
{
    add_table(find_path(folder.toml("Pipfile"), {"packages"}), requirements);
}

void read_setup(const Folder& folder, Requirements& requirements)
{
    if (const auto* text = folder.text("setup.cfg")) {
        const auto list = find_match(*text, R"(^install_requires\s*=[ \t]*((?:[^\n]*\n)(?:[ \t]+[^\n]*\n?|\n)*))");
        auto number = line_of(*text, "install_requires");
        for (const auto line : split(list ? std::string_view(*list) : std::string_view(), '\n')) {
            add_line(folder, "setup.cfg", {std::string(trim(line)), number++}, requirements);
        }
    }
    if (const auto* text = folder.text("setup.py")) {
        const auto list = find_match(*text, R"(install_requires\s*=\s*\[([^\]]*(?:\[[^\]]*\][^\]]*)*)\])");
        for (const auto& item :
             find_matches(list ? std::string_view(*list) : std::string_view(), R"(['"]([^'"\n]+)['"])")) {
            add_line(folder, "setup.py", {item, line_of(*text, item)}, requirements);
        }
    }
}

}  // namespace tinystacks::framework::python
