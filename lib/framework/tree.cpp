#include "framework/tree.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "document/json.hpp"
#include "document/toml.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <unordered_map>

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace tinystacks::framework {
namespace {

constexpr std::size_t largest_file = std::size_t{512} << 10;
constexpr std::size_t largest_lock = std::size_t{8} << 20;  ///< what package managers write
constexpr std::size_t most_bytes = std::size_t{64} << 20;   ///< of all files together
constexpr std::size_t deepest = 24;
constexpr std::size_t most_entries = 400'000;
constexpr document::Limits limits{largest_lock, 64, 200'000};
constexpr document::Limits xml_limits{largest_file, 64, 20'000};  ///< of a build file, which people write

/// What is filled by programs and never holds what decides.
constexpr std::array<std::string_view, 36> never_entered = {
    ".git",        ".hg",     ".svn",          ".idea",  ".vscode",       "node_modules", "bower_components",
    ".venv",       "venv",    "__pycache__",   ".tox",   ".nox",          ".mypy_cache",  ".pytest_cache",
    ".ruff_cache", ".eggs",   "site-packages", ".next",  ".nuxt",         ".output",      ".svelte-kit",
    ".astro",      ".turbo",  ".nx",           ".cache", ".parcel-cache", ".gradle",      ".terraform",
    "cdk.out",     ".bundle", "_build",        "Pods",   ".dart_tool",    ".stack-work",  "dist-newstyle",
    "elm-stuff"};
/// What builds write and some people write by hand: one level of names.
constexpr std::array<std::string_view, 9> one_level = {"vendor", "target", "dist",  "build",   "out",
                                                       "bin",    "obj",    ".yarn", "coverage"};

struct Directory {
    std::string path;
    std::vector<std::string> files;
    std::vector<std::string> directories;
};

struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

std::string joined(std::string_view directory, std::string_view name)
{
    return directory.empty() ? std::string(name) : fmt::format("{}/{}", directory, name);
}

struct CloseDirectory {
    void operator()(DIR* directory) const { ::closedir(directory); }
};

}  // namespace

struct Tree::State {
    Descriptor root;
    std::deque<Directory> directories;  ///< the shallower first
    std::unordered_map<std::string_view, const Directory*, Hash, std::equal_to<>> by_path;
    std::map<std::string, std::optional<std::string>, std::less<>> texts;
    std::map<std::string, document::Document, std::less<>> documents;
    std::map<std::string, document::Element, std::less<>> elements;
    std::vector<std::string> notes;
    std::size_t entries = 0;
    std::size_t bytes = 0;  ///< read

    void note(std::string text)
    {
        if (std::ranges::find(notes, text) == notes.end()) {
            notes.push_back(std::move(text));
        }
    }

    /// Opens beneath the root; -1 with errno. Kernels before 5.6 and sandboxes have no openat2: there, no link at all.
    [[nodiscard]] int open_beneath(const std::string& path, unsigned flags) const
    {
        open_how how{};
        how.flags = flags | O_CLOEXEC | O_NONBLOCK;
        how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
        const auto opened = ::syscall(SYS_openat2, root.number(), path.c_str(), &how, sizeof how);
        if (opened >= 0 || (errno != ENOSYS && errno != EPERM)) {
            return static_cast<int>(opened);
        }
        return ::openat(root.number(), path.c_str(), static_cast<int>(flags | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW));
    }

    void walk();
    void list(Directory& directory, bool enter);
    std::optional<std::string> read(const std::string& path);
};

void Tree::State::list(Directory& directory, bool enter)
{
    const auto path = directory.path.empty() ? std::string(".") : directory.path;
    const auto number = open_beneath(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    const std::unique_ptr<DIR, CloseDirectory> stream(number < 0 ? nullptr : ::fdopendir(number));
    if (!stream) {
        note(fmt::format("'{}' could not be listed: {}", printable_line(path), errno_text(errno)));
        return;
    }
    while (const auto* entry = ::readdir(stream.get())) {
        const std::string_view name = entry->d_name;
        if (name == "." || name == ".." || ++entries > most_entries) {
            continue;
        }
        auto type = entry->d_type;
        if (type == DT_UNKNOWN) {
            struct stat status {};
            if (::fstatat(::dirfd(stream.get()), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
                continue;
            }
            type = S_ISDIR(status.st_mode)   ? DT_DIR
                   : S_ISLNK(status.st_mode) ? DT_LNK
                   : S_ISREG(status.st_mode) ? DT_REG
                                             : DT_FIFO;
        }
        if (type == DT_REG || type == DT_LNK) {
            directory.files.emplace_back(name);
        } else if (type == DT_DIR && enter && std::ranges::find(never_entered, name) == never_entered.end()) {
            directory.directories.emplace_back(name);
        }
    }
    std::ranges::sort(directory.files);
    std::ranges::sort(directory.directories);
}

void Tree::State::walk()
{
    struct Pending {
        std::string path;
        std::size_t depth;
        bool enter;
    };
    std::deque<Pending> pending = {{"", 0, true}};
    while (!pending.empty()) {
        auto [path, depth, enter] = std::move(pending.front());
        pending.pop_front();
        auto& directory = directories.emplace_back(Directory{std::move(path), {}, {}});
        by_path.emplace(directory.path, &directory);
        list(directory, enter && depth < deepest);
        for (const auto& name : directory.directories) {
            // src/bin is where Cargo and others have programs.
            const auto source = name == "bin" && (directory.path == "src" || directory.path.ends_with("/src"));
            const auto whole = source || std::ranges::find(one_level, name) == one_level.end();
            pending.push_back({joined(directory.path, name), depth + 1, whole});
        }
    }
    if (entries > most_entries) {
        note(fmt::format("only the first {} files were looked at", most_entries));
    }
}

std::optional<std::string> Tree::State::read(const std::string& path)
{
    const Descriptor file(open_beneath(path, O_RDONLY));
    struct stat status {};
    const auto quoted = printable_line(path);
    if (!file || ::fstat(file.number(), &status) != 0) {
        note(errno == EXDEV || errno == ELOOP
                 ? fmt::format("'{}' is a link that leads out of the repository: not read", quoted)
                 : fmt::format("'{}' could not be read: {}", quoted, errno_text(errno)));
        return std::nullopt;
    }
    if (!S_ISREG(status.st_mode)) {
        note(fmt::format("'{}' is no file: not read", quoted));
        return std::nullopt;
    }
    const auto is_lock = path.find("lock", path.rfind('/') + 1) != std::string::npos;
    const auto most = std::min(is_lock ? largest_lock : largest_file, most_bytes - std::min(most_bytes, bytes));
    if (static_cast<std::size_t>(status.st_size) > most) {
        note(fmt::format("'{}' is larger than {} bytes: not read", quoted, most));
        return std::nullopt;
    }
    bytes += static_cast<std::size_t>(status.st_size);
    std::string text(static_cast<std::size_t>(status.st_size), '\0');
    std::size_t filled = 0;
    while (filled < text.size()) {
        const auto got = ::read(file.number(), text.data() + filled, text.size() - filled);
        if (got <= 0) {
            break;
        }
        filled += static_cast<std::size_t>(got);
    }
    text.resize(filled);
    if (!is_utf8(text) || text.find('\0') != std::string::npos) {
        note(fmt::format("'{}' is not UTF-8 text: not read", quoted));
        return std::nullopt;
    }
    return text;
}

Tree::Tree(const std::filesystem::path& root) : state_(std::make_unique<State>())
{
    state_->root = open_file(root, O_RDONLY | O_DIRECTORY);
    state_->walk();
}

Tree::~Tree() = default;
Tree::Tree(Tree&&) noexcept = default;
Tree& Tree::operator=(Tree&&) noexcept = default;

bool Tree::has_file(std::string_view path) const
{
    const auto slash = path.rfind('/');
    const auto parent = slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
    const auto name = slash == std::string_view::npos ? path : path.substr(slash + 1);
    const auto found = state_->by_path.find(parent);
    return found != state_->by_path.end() && std::ranges::binary_search(found->second->files, name);
}

bool Tree::has_directory(std::string_view path) const
{
    return state_->by_path.contains(path);
}

std::vector<std::string_view> Tree::files_in(std::string_view directory) const
{
    const auto found = state_->by_path.find(directory);
    return found == state_->by_path.end()
               ? std::vector<std::string_view>()
               : std::vector<std::string_view>(found->second->files.begin(), found->second->files.end());
}

std::vector<std::string_view> Tree::directories_in(std::string_view directory) const
{
    const auto found = state_->by_path.find(directory);
    return found == state_->by_path.end()
               ? std::vector<std::string_view>()
               : std::vector<std::string_view>(found->second->directories.begin(), found->second->directories.end());
}

std::vector<std::string> Tree::find_files(std::string_view directory, std::string_view ending, std::size_t most) const
{
    std::vector<std::string> found;
    const auto below = directory.empty() ? std::string() : std::string(directory) + "/";
    for (const auto& entry : state_->directories) {
        if (!directory.empty() && entry.path != directory && !entry.path.starts_with(below)) {
            continue;
        }
        for (const auto& name : entry.files) {
            if (name.ends_with(ending)) {
                found.push_back(joined(entry.path, name));
                if (found.size() == most) {
                    return found;
                }
            }
        }
    }
    return found;
}

const std::string* Tree::text(std::string_view path) const
{
    if (!has_file(path)) {
        return nullptr;
    }
    auto known = state_->texts.find(path);
    if (known == state_->texts.end()) {
        known = state_->texts.emplace(std::string(path), state_->read(std::string(path))).first;
    }
    return known->second ? &*known->second : nullptr;
}

namespace {

/// A document that is read once: `read` makes it of the file's text.
template <typename Known, typename Read>
const auto* read_once(Known& known, const Tree& tree, std::string_view path, Read read)
{
    auto found = known.find(path);
    if (found == known.end()) {
        const auto* text = tree.text(path);
        if (text == nullptr) {
            return static_cast<typename Known::mapped_type*>(nullptr);
        }
        found = known.emplace(std::string(path), read(*text, std::string(path))).first;
    }
    return &found->second;
}

}  // namespace

const document::Node* Tree::json(std::string_view path) const
{
    const auto* document = read_once(state_->documents, *this, path, [](const auto& text, const auto& file) {
        return document::parse_json(document::without_comments(text), file, limits, document::Origin::server);
    });
    return document == nullptr ? nullptr : &document->root;
}

const document::Node* Tree::toml(std::string_view path) const
{
    const auto* document = read_once(state_->documents, *this, path, [](const auto& text, const auto& file) {
        return document::parse_toml(text, file, limits);
    });
    return document == nullptr ? nullptr : &document->root;
}

const document::Node* Tree::yaml(std::string_view path) const
{
    const auto* document = read_once(state_->documents, *this, path, [](const auto& text, const auto& file) {
        return document::parse_yaml(text, file, limits);
    });
    return document == nullptr ? nullptr : &document->root;
}

const document::Element* Tree::xml(std::string_view path) const
{
    return read_once(state_->elements, *this, path,
                     [](const auto& text, const auto& file) { return document::parse_xml(text, file, xml_limits); });
}

const std::vector<std::string>& Tree::notes() const
{
    return state_->notes;
}

std::string Folder::in_tree(std::string_view name) const
{
    return joined(path_, name);
}

Folder Folder::parent() const
{
    const auto slash = path_.rfind('/');
    return Folder(*tree_, slash == std::string::npos ? std::string() : path_.substr(0, slash));
}

std::vector<std::string> Folder::find_files(std::string_view ending, std::size_t most) const
{
    auto found = tree_->find_files(path_, ending, most);
    if (!path_.empty()) {
        for (auto& file : found) {
            file.erase(0, path_.size() + 1);
        }
    }
    return found;
}

std::string Folder::first_file(const std::vector<std::string>& names) const
{
    const auto found = std::ranges::find_if(names, [&](const auto& name) { return has_file(name); });
    return found == names.end() ? std::string() : *found;
}

const document::Node* find_path(const document::Node* node, const std::vector<std::string_view>& keys)
{
    for (const auto key : keys) {
        node = node == nullptr ? nullptr : node->find(key);
    }
    return node;
}

std::string text_at(const document::Node* node, const std::vector<std::string_view>& keys)
{
    const auto* found = find_path(node, keys);
    return found != nullptr && found->is_scalar() ? found->text : std::string();
}

}  // namespace tinystacks::framework
