#include "commands/init/starter.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "templates/embedded.hpp"

#include <algorithm>

namespace tinystacks::app::commands {
namespace {

constexpr std::string_view folder = "starters/";

void check_empty(const std::filesystem::path& directory, std::string_view starter)
{
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
        const auto name = entry.path().filename().string();
        if (name != ".git") {
            throw Error(ErrorKind::conflict, "'{}' holds '{}': a starter is written into an empty directory",
                        directory.string(), name)
                .with_hint(fmt::format("mkdir hello && tinystacks -C hello init --starter {}", starter));
        }
    }
}

}  // namespace

std::vector<std::string> starters()
{
    std::vector<std::string> names;
    for (const auto& file : templates::embedded_files()) {
        if (file.name.starts_with(folder)) {
            const auto below = file.name.substr(folder.size());
            names.emplace_back(below.substr(0, below.find('/')));
        }
    }
    std::ranges::sort(names);
    const auto repeated = std::ranges::unique(names);
    names.erase(repeated.begin(), repeated.end());
    return names;
}

void write_starter(std::string_view name, const std::filesystem::path& directory,
                   std::vector<std::filesystem::path>& written)
{
    check_empty(directory, name);
    const auto prefix = fmt::format("{}{}/", folder, name);
    for (const auto& file : templates::embedded_files()) {
        if (file.name.starts_with(prefix)) {
            const std::filesystem::path path = file.name.substr(prefix.size());
            std::filesystem::create_directories((directory / path).parent_path());
            replace_file(directory / path, file.text, 0644);
            written.push_back(path);
        }
    }
}

}  // namespace tinystacks::app::commands
