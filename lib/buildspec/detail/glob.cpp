#include "buildspec/detail/glob.hpp"

#include "base/text.hpp"

#include <fnmatch.h>
#include <sys/stat.h>

#include <algorithm>
#include <system_error>
#include <utility>

namespace tinystacks::buildspec {
namespace {

using Parts = std::vector<std::string>;

/// The components of a pattern, without empty ones and `.`; a last `**` means everything below.
Parts parts_of(std::string_view pattern)
{
    Parts parts;
    for (const auto part : split(pattern, '/')) {
        if (!part.empty() && part != ".") {
            parts.emplace_back(part);
        }
    }
    if (!parts.empty() && parts.back() == "**") {
        parts.emplace_back("*");
    }
    return parts;
}

bool is_literal(std::string_view part)
{
    return part.find_first_of("*?[\\") == std::string_view::npos;
}

bool matches(const std::string& part, const std::string& name)
{
    return ::fnmatch(part.c_str(), name.c_str(), 0) == 0;
}

/// Walks the tree as far as the pattern asks.
class Walk {
public:
    Walk(const Parts& parts, std::vector<Identity> not_in) : parts_(parts), open_(std::move(not_in)) {}

    std::set<std::string> files;  ///< relative to where the walk began

    void into(const std::filesystem::path& directory, const std::string& relative, std::size_t part)
    {
        if (part == parts_.size()) {
            return;
        }
        if (parts_[part] == "**") {
            into(directory, relative, part + 1);
            each(directory, relative, part, "*");
        } else if (is_literal(parts_[part])) {
            take(directory / parts_[part], join(relative, parts_[part]), part + 1);
        } else {
            each(directory, relative, part + 1, parts_[part]);
        }
    }

private:
    static std::string join(const std::string& relative, const std::string& name)
    {
        return relative.empty() ? name : relative + "/" + name;
    }

    /// Goes on with `part` in every entry of the directory that `pattern` names.
    void each(const std::filesystem::path& directory, const std::string& relative, std::size_t part,
              const std::string& pattern)
    {
        std::error_code failed;  // a directory that cannot be read names nothing
        for (std::filesystem::directory_iterator entry(directory, failed), end; !failed && entry != end;
             entry.increment(failed)) {
            const auto name = entry->path().filename().string();
            if (!matches(pattern, name)) {
                continue;
            }
            if (part < parts_.size() && parts_[part] == "**" && !std::filesystem::is_directory(entry->path(), failed)) {
                failed.clear();
                continue;  // `**` goes through directories only
            }
            take(entry->path(), join(relative, name), part);
        }
    }

    void take(const std::filesystem::path& path, const std::string& relative, std::size_t part)
    {
        struct stat about = {};
        if (::stat(path.c_str(), &about) != 0) {
            return;
        }
        if (part == parts_.size()) {
            if (S_ISREG(about.st_mode)) {
                files.insert(relative);
            }
            return;
        }
        const Identity identity(about.st_dev, about.st_ino);
        if (!S_ISDIR(about.st_mode) || std::ranges::find(open_, identity) != open_.end()) {
            return;  // a link to a directory above would lead round in a circle
        }
        open_.push_back(identity);
        into(path, relative, part);
        open_.pop_back();
    }

    const Parts& parts_;
    std::vector<Identity> open_;  ///< directories not to be entered: those above, and what the caller excepts
};

bool matches_parts(const Parts& path, std::size_t at, const Parts& pattern, std::size_t part)
{
    if (part == pattern.size()) {
        return at == path.size();
    }
    if (pattern[part] == "**") {
        for (auto next = at; next <= path.size(); ++next) {
            if (matches_parts(path, next, pattern, part + 1)) {
                return true;
            }
        }
        return false;
    }
    return at < path.size() && matches(pattern[part], path[at]) && matches_parts(path, at + 1, pattern, part + 1);
}

}  // namespace

std::vector<Found> find_files(const std::filesystem::path& base, std::string_view pattern,
                              const std::vector<Identity>& not_in)
{
    const bool absolute = pattern.starts_with('/');
    const auto normal = absolute ? std::filesystem::path(pattern).lexically_normal().string() : std::string(pattern);
    const auto parts = parts_of(normal);
    if (std::ranges::find(parts, "..") != parts.end()) {
        return {};
    }
    const std::filesystem::path root = absolute ? std::filesystem::path("/") : base;
    Walk walk(parts, not_in);
    walk.into(root, "", 0);
    std::vector<Found> found;
    for (const auto& file : walk.files) {
        auto relative = absolute ? (root / file).lexically_relative(base.lexically_normal()).string() : file;
        while (relative.starts_with("../")) {
            relative.erase(0, 3);
        }
        found.push_back({relative, root / file});
    }
    return found;
}

std::set<std::string> glob_files(const std::filesystem::path& base, std::string_view pattern)
{
    std::set<std::string> files;
    for (auto& found : find_files(base, pattern)) {
        files.insert(std::move(found.relative));
    }
    return files;
}

std::vector<std::filesystem::path> glob_directories(const std::filesystem::path& source, std::string_view pattern)
{
    const auto whole = source / std::filesystem::path(pattern);
    std::error_code failed;
    if (std::filesystem::is_directory(whole, failed)) {
        return {whole.lexically_normal()};
    }
    std::vector<std::filesystem::path> directories;
    const auto name = whole.filename().string();
    if (is_literal(name)) {
        return directories;
    }
    for (std::filesystem::directory_iterator entry(whole.parent_path(), failed), end; !failed && entry != end;
         entry.increment(failed)) {
        std::error_code unreadable;
        if (std::filesystem::is_directory(entry->path(), unreadable) &&
            matches(name, entry->path().filename().string())) {
            directories.push_back(entry->path().lexically_normal());
        }
    }
    std::ranges::sort(directories);
    return directories;
}

bool is_excluded(std::string_view path, std::string_view pattern)
{
    const auto parts = parts_of(path);
    const auto wanted = parts_of(pattern);
    if (matches_parts(parts, 0, wanted, 0)) {
        return true;
    }
    if (!pattern.ends_with("/**/*")) {
        return false;
    }
    return matches_parts(parts, 0, parts_of(pattern.substr(0, pattern.size() - 5)), 0);
}

}  // namespace tinystacks::buildspec
