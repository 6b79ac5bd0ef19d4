#include "framework/detail/python_entry.hpp"

#include "base/text.hpp"
#include "framework/detail/match.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace tinystacks::framework::python {
namespace {

constexpr std::size_t most_in_root = 25;
constexpr std::size_t most = 60;

/// Names that entries have, the likeliest first.
constexpr std::array<std::string_view, 21> entry_names = {
    "wsgi.py",          "asgi.py",        "main.py",    "app.py",    "start.py", "bot.py",      "hello.py",
    "server.py",        "application.py", "api.py",     "run.py",    "index.py", "web.py",      "serve.py",
    "streamlit_app.py", "Home.py",        "service.py", "worker.py", "agent.py", "__main__.py", "__init__.py"};

constexpr std::array<std::string_view, 7> likely_directories = {"app",     "src", "api",    "server",
                                                                "backend", "web", "service"};

/// What lies beside an application.
constexpr std::array<std::string_view, 22> other_directories = {
    "test",    "tests",      "docs",     "doc",     "examples", "example",     "scripts",   "migrations",
    "alembic", "notebooks",  "static",   "assets",  "public",   "media",       "templates", "data",
    "tools",   "benchmarks", "fixtures", "samples", "e2e",      "requirements"};

constexpr std::array<std::string_view, 8> other_files = {
    "setup.py", "conftest.py", "noxfile.py", "fabfile.py", "dodo.py", "manage.py", "gunicorn.conf.py", "versioneer.py"};

template <typename List>
bool holds(const List& list, std::string_view name)
{
    return std::ranges::find(list, name) != std::ranges::end(list);
}

class Candidates {
public:
    explicit Candidates(const Folder& folder) : folder_(folder) {}

    void add(const std::string& file)
    {
        if (files.size() < most && !holds(files, file) && folder_.has_file(file)) {
            files.push_back(file);
        }
    }

    void add_directory(const std::string& directory)
    {
        for (const auto name : entry_names) {
            add(directory.empty() ? std::string(name) : directory + "/" + std::string(name));
        }
    }

    std::vector<std::string> files;

private:
    const Folder& folder_;
};

std::vector<std::string> directories_of(const Folder& folder, const std::string& project)
{
    std::vector<std::string> directories;
    const auto add = [&](const std::string& name) {
        if (!holds(directories, name) && folder.has_directory(name)) {
            directories.push_back(name);
        }
    };
    for (const auto name : likely_directories) {
        add(std::string(name));
    }
    auto module = project;
    std::ranges::replace(module, '-', '_');
    if (!module.empty()) {
        add(module);
    }
    for (const auto name : folder.directories()) {
        if (!holds(other_directories, name) && !name.starts_with('.')) {
            add(std::string(name));
        }
    }
    return directories;
}

/// FLASK_APP of .flaskenv: "hello.py", "hello", "package:create_app()".
std::string flask_app_file(const Folder& folder)
{
    const auto* text = folder.text(".flaskenv");
    const auto named =
        text == nullptr ? std::nullopt : find_match(*text, R"(^\s*(?:export\s+)?FLASK_APP=["']?([\w./]+))");
    if (!named) {
        return {};
    }
    auto path = *named;
    if (!path.ends_with(".py")) {
        std::ranges::replace(path, '.', '/');
        path = folder.has_directory(path) ? path + "/__init__.py" : path + ".py";
    }
    return path;
}

/// The modules from which entries take the application or the function that makes it.
void add_imported_modules(const Folder& folder, Candidates& candidates)
{
    const auto files = candidates.files;
    for (const auto& file : files) {
        const auto* text = folder.text(file);
        if (text == nullptr) {
            continue;
        }
        for (
            auto path : find_matches(
                *text,
                R"(^from[ \t]+([A-Za-z_][\w.]*)[ \t]+import[^\n]*\b(?:create_|make_|get_|build_)?app(?:lication)?\b)")) {
            std::ranges::replace(path, '.', '/');
            for (const auto* root : {"", "src/"}) {
                candidates.add(root + path + ".py");
                candidates.add(root + path + "/__init__.py");
            }
        }
    }
}

}  // namespace

std::vector<std::string> candidate_files(const Folder& folder, const std::string& project)
{
    Candidates candidates(folder);
    if (const auto flask = flask_app_file(folder); !flask.empty()) {
        candidates.add(flask);
    }
    candidates.add_directory("");
    for (const auto name : folder.files()) {
        if (candidates.files.size() < most_in_root && name.ends_with(".py") && !holds(other_files, name) &&
            !name.starts_with("test_") && !name.ends_with("_test.py")) {
            candidates.add(std::string(name));
        }
    }
    const auto directories = directories_of(folder, project);
    for (const auto& directory : directories) {
        candidates.add_directory(directory);
        candidates.add(directory + "/" + directory + ".py");
    }
    for (const auto& directory : directories) {
        for (const auto name : folder.tree().directories_in(folder.in_tree(directory))) {
            if (!holds(other_directories, name)) {
                candidates.add_directory(directory + "/" + std::string(name));
            }
        }
    }
    add_imported_modules(folder, candidates);
    return candidates.files;
}

namespace {

bool is_module_in(const Folder& folder, const std::string& directory, const std::string& name)
{
    const auto path = directory.empty() ? name : directory + "/" + name;
    return folder.has_file(path + ".py") || folder.has_directory(path);
}

struct Place {
    std::vector<std::string> directories;
    std::string stem;
    std::size_t root = 0;   ///< how many of the directories are on the path, and not in the module's name
    bool imported = false;  ///< its own imports said so
};

std::string first_of(const std::vector<std::string>& parts, std::size_t count)
{
    return join({parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(count)}, "/");
}

Place place_of(const Folder& folder, const std::string& file)
{
    Place place;
    for (const auto part : split(file, '/')) {
        place.directories.emplace_back(part);
    }
    place.stem = place.directories.back().substr(0, place.directories.back().rfind('.'));
    place.directories.pop_back();
    const auto* text = folder.text(file);
    const auto imports =
        text == nullptr ? std::vector<std::string>() : find_matches(*text, R"(^(?:from|import)[ \t]+([A-Za-z_]\w*))");
    for (std::size_t i = 0; i <= place.directories.size(); ++i) {
        const auto root = first_of(place.directories, i);
        if (std::ranges::any_of(imports, [&](const auto& name) { return is_module_in(folder, root, name); })) {
            place.root = i;
            place.imported = true;
            return place;
        }
    }
    if (text != nullptr && matches(*text, R"(^from[ \t]+\.)")) {
        place.imported = true;
    }
    if (place.directories.size() > 1 && place.directories.front() == "src" && !folder.has_file("src/__init__.py")) {
        place.root = 1;
    } else if (place.stem == "__init__" && place.directories.size() == 1) {
        place.root = 0;
    }
    return place;
}

}  // namespace

std::optional<Module> module_of(const Folder& folder, const std::string& file)
{
    const auto place = place_of(folder, file);
    Module module{"", first_of(place.directories, std::min(place.root, place.directories.size()))};
    std::vector<std::string> names(place.directories.begin() + static_cast<std::ptrdiff_t>(place.root),
                                   place.directories.end());
    if (place.stem != "__init__") {
        names.push_back(place.stem);
    }
    if (names.empty() || !std::ranges::all_of(names, [](const auto& name) { return is_variable_name(name); })) {
        return std::nullopt;
    }
    module.name = join(names, ".");
    return module;
}

std::vector<std::string> script_argv(const Folder& folder, const std::string& file)
{
    const auto place = place_of(folder, file);
    const auto module = module_of(folder, file);
    const auto by_package = place.stem == "__main__";
    if (module && !place.directories.empty() && (place.imported || by_package) &&
        place.root < place.directories.size()) {
        return {"python", "-m",
                place.stem == "__main__" ? module->name.substr(0, module->name.rfind('.')) : module->name};
    }
    return {"python", file};
}

bool has_guard(std::string_view text)
{
    return matches(text, R"(^if __name__ *== *['"]__main__['"])");
}

bool reads_port(std::string_view text)
{
    return matches(text, R"(\(\s*['"]PORT['"]|\[['"]PORT['"]\])");
}

int find_port(std::string_view text)
{
    for (const auto* pattern : {R"((?:environ\.get|getenv)\(\s*['"]PORT['"]\s*,\s*['"]?(\d{2,5}))",
                                R"((?i)\bport\s*[:=][^\n]*?\b(\d{4,5}|80)\b)", R"(\.listen\(\s*(\d{2,5})\b)",
                                R"(\(\s*\(\s*['"][^'"\n]*['"]\s*,\s*(\d{2,5})\b)"}) {
        const auto found = find_match(text, pattern);
        int port = 0;
        if (found && std::from_chars(found->data(), found->data() + found->size(), port).ec == std::errc() &&
            port > 0 && port < 65536) {
            return port;
        }
    }
    return 0;
}

}  // namespace tinystacks::framework::python
