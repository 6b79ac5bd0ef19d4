#include "git/repository.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "git/detail/library.hpp"

#include <algorithm>
#include <array>

namespace tinystacks::git {

using detail::Library;
using detail::Owned;

struct Repository::Handle {
    Library library;
    Owned<git_repository> repository{nullptr, library.repository_free};
};

namespace {

constexpr std::size_t id_size = 40;

[[noreturn]] void fail(const Library& library, std::string_view doing)
{
    throw Error(ErrorKind::failed, "{}: {}", doing, printable(library.last_error()));
}

/// The repository folder that `directory` lies in.
std::string discover_path(const Library& library, const std::filesystem::path& directory)
{
    git_buf found = GIT_BUF_INIT;
    const int result = library.repository_discover(&found, directory.c_str(), 0, nullptr);
    const Owned<git_buf> disposer(&found, library.buf_dispose);
    if (result == GIT_ENOTFOUND) {
        throw Error(ErrorKind::not_found, "there is no git repository in '{}' or above it", directory.string())
            .with_hint(fmt::format("git init {}", shell_quote(directory.string())));
    }
    if (result != 0) {
        fail(library, fmt::format("look for a git repository in '{}'", directory.string()));
    }
    return {found.ptr, found.size};
}

std::optional<std::string> find_value(const Library& library, const git_config* config, const std::string& key)
{
    git_buf value = GIT_BUF_INIT;
    const int result = library.config_get_string_buf(&value, config, key.c_str());
    const Owned<git_buf> disposer(&value, library.buf_dispose);
    return result == 0 ? std::optional(std::string(value.ptr, value.size)) : std::nullopt;
}

bool uses_sha256(const Library& library, const std::string& git_directory)
{
    git_config* raw = nullptr;
    if (library.config_open_ondisk(&raw, (git_directory + "config").c_str()) != 0) {
        return false;
    }
    const Owned<git_config> config(raw, library.config_free);
    return find_value(library, config.get(), "extensions.objectformat").value_or("sha1") != "sha1";
}

Owned<git_object> find_object(const Library& library, git_repository* repository, const CommitId& id, git_object_t type)
{
    git_oid oid;
    git_object* object = nullptr;
    if (id.size() != id_size || library.oid_fromstr(&oid, id.c_str()) != 0 ||
        library.object_lookup(&object, repository, &oid, type) != 0) {
        return {nullptr, library.object_free};
    }
    return {object, library.object_free};
}

Owned<git_object> get_commit(const Library& library, git_repository* repository, const CommitId& id)
{
    auto commit = find_object(library, repository, id, GIT_OBJECT_COMMIT);
    if (!commit) {
        throw Error(ErrorKind::not_found, "there is no commit '{}' in this repository", printable(id));
    }
    return commit;
}

CommitId to_text(const Library& library, const git_oid* oid)
{
    std::array<char, id_size + 1> text{};
    return library.oid_tostr(text.data(), text.size(), oid);
}

std::filesystem::path without_last_slash(const char* path)
{
    std::string text(path);
    while (text.size() > 1 && text.back() == '/') {
        text.pop_back();
    }
    return text;
}

/// `url` without what a log must not show: the password, and the user unless it is ssh's.
std::string without_credentials(std::string_view url)
{
    const auto scheme = url.find("://");
    if (scheme == std::string_view::npos) {
        return std::string(url);  // a path, or user@host:path, which holds no password
    }
    const auto begin = scheme + 3;
    const auto authority = url.substr(begin, url.find_first_of("/?#", begin) - begin);
    const auto at = authority.rfind('@');
    if (at == std::string_view::npos) {
        return std::string(url);
    }
    const auto user = authority.substr(0, std::min(at, authority.find(':')));
    const auto kept = to_lower(url.substr(0, scheme)).find("ssh") != std::string::npos && !user.empty()
                          ? std::string(user) + "@"
                          : std::string();
    return std::string(url.substr(0, begin)) + kept + std::string(url.substr(begin + at + 1));
}

std::string read_blob(const Library& library, git_repository* repository, const git_oid* id, const std::string& path,
                      std::size_t limit)
{
    git_odb* raw = nullptr;
    if (library.repository_odb(&raw, repository) != 0) {
        fail(library, "open the repository's objects");
    }
    const Owned<git_odb> odb(raw, library.odb_free);
    std::size_t size = 0;
    git_object_t type{};
    if (library.odb_read_header(&size, &type, odb.get(), id) != 0) {
        fail(library, fmt::format("read '{}'", path));
    }
    if (size > limit) {  // asked before the content, which may be gigabytes, is read
        throw Error(ErrorKind::invalid_input, "'{}' is larger than {} bytes", path, limit);
    }
    const auto object = find_object(library, repository, to_text(library, id), GIT_OBJECT_BLOB);
    if (!object) {
        fail(library, fmt::format("read '{}'", path));
    }
    const auto* blob = reinterpret_cast<const git_blob*>(object.get());
    return {static_cast<const char*>(library.blob_rawcontent(blob)), size};
}

/// Ends the walk over the working tree at the first file that counts as changed.
struct StatusSearch {
    static constexpr int found = 1;
    const Library& library;
    git_index* index;

    static int visit(const char* path, unsigned status, void* payload)
    {
        const auto& search = *static_cast<const StatusSearch*>(payload);
        if (status == GIT_STATUS_WT_DELETED) {  // libgit2 takes what a sparse checkout leaves out for deleted
            const auto* entry = search.library.index_get_bypath(search.index, path, 0);
            const auto left_out = entry != nullptr && (entry->flags_extended & GIT_INDEX_ENTRY_SKIP_WORKTREE) != 0;
            return left_out ? 0 : found;
        }
        return status == GIT_STATUS_CURRENT ? 0 : found;
    }
};

/// ISO-8859-1 is the one encoding besides UTF-8 that old commits declare often; its bytes are code points.
std::string from_latin1(std::string_view text)
{
    std::string utf8;
    for (const auto c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80) {
            utf8 += c;
        } else {
            utf8 += static_cast<char>(0xC0U | (byte >> 6U));
            utf8 += static_cast<char>(0x80U | (byte & 0x3FU));
        }
    }
    return utf8;
}

}  // namespace

Repository::Repository(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
Repository::Repository(Repository&&) noexcept = default;
Repository& Repository::operator=(Repository&&) noexcept = default;
Repository::~Repository() = default;

Repository Repository::discover(const std::filesystem::path& directory)
{
    auto handle = std::make_unique<Handle>();
    const auto& library = handle->library;
    const auto path = discover_path(library, directory);
    git_repository* opened = nullptr;
    if (library.repository_open_ext(&opened, path.c_str(), GIT_REPOSITORY_OPEN_NO_SEARCH, nullptr) != 0) {
        if (uses_sha256(library, path)) {
            throw Error(ErrorKind::unavailable,
                        "the repository '{}' names its objects by SHA-256, which libgit2 cannot read", path)
                .with_hint("use a repository made with 'git init --object-format=sha1'");
        }
        fail(library, fmt::format("open the git repository '{}'", path));
    }
    handle->repository.reset(opened);
    return Repository(std::move(handle));
}

std::filesystem::path Repository::root() const
{
    const auto* directory = handle_->library.repository_workdir(handle_->repository.get());
    if (directory == nullptr) {
        throw Error(ErrorKind::invalid_input, "the repository '{}' is bare: it has no files to work with",
                    git_directory().string())
            .with_hint("git clone it and run this in the clone");
    }
    return without_last_slash(directory);
}

std::filesystem::path Repository::git_directory() const
{
    return without_last_slash(handle_->library.repository_path(handle_->repository.get()));
}

std::filesystem::path Repository::common_directory() const
{
    return without_last_slash(handle_->library.repository_commondir(handle_->repository.get()));
}

CommitId Repository::parse_commit(std::string_view revision) const
{
    check_revision(revision);
    const auto& library = handle_->library;
    auto* repository = handle_->repository.get();
    git_object* raw = nullptr;
    const int result = library.revparse_single(&raw, repository, std::string(revision).c_str());
    const Owned<git_object> named(raw, library.object_free);
    if (result == GIT_EAMBIGUOUS) {
        throw Error(ErrorKind::invalid_input, "'{}' is the start of more than one object's id: give more digits",
                    revision);
    }
    git_object* peeled = nullptr;
    if (result == 0 && library.object_peel(&peeled, named.get(), GIT_OBJECT_COMMIT) == 0) {
        const Owned<git_object> commit(peeled, library.object_free);
        return to_text(library, library.object_id(commit.get()));
    }
    if (result == 0) {
        throw Error(ErrorKind::invalid_input, "'{}' names no commit", revision);
    }
    if (library.repository_head_unborn(repository) == 1 && references().empty()) {
        throw Error(ErrorKind::not_found, "the repository has no commit yet")
            .with_hint("git add --all && git commit --message 'First commit'");
    }
    throw Error(ErrorKind::not_found, "there is no branch, tag or commit '{}'{}", revision,
                revision.size() == id_size ? " (a commit's id is 40 digits of 0-9 and a-f)" : "");
}

std::optional<CommitId> Repository::find_head() const
{
    if (handle_->library.repository_head_unborn(handle_->repository.get()) == 1) {
        return std::nullopt;
    }
    return parse_commit("HEAD");
}

std::optional<std::string> Repository::find_branch() const
{
    const auto& library = handle_->library;
    git_reference* raw = nullptr;
    if (library.reference_lookup(&raw, handle_->repository.get(), "HEAD") != 0) {
        return std::nullopt;
    }
    const Owned<git_reference> head(raw, library.reference_free);
    const auto* target = library.reference_symbolic_target(head.get());
    constexpr std::string_view prefix = "refs/heads/";
    if (target == nullptr || !std::string_view(target).starts_with(prefix) ||
        library.repository_head_unborn(handle_->repository.get()) != 0) {
        return std::nullopt;
    }
    return std::string(target).substr(prefix.size());
}

std::optional<std::string> Repository::find_setting(const std::string& key) const
{
    git_config* raw = nullptr;
    if (handle_->library.repository_config(&raw, handle_->repository.get()) != 0) {
        fail(handle_->library, "read git's configuration");
    }
    const Owned<git_config> config(raw, handle_->library.config_free);
    return find_value(handle_->library, config.get(), key);
}

std::optional<std::string> Repository::find_remote_url(std::string_view name) const
{
    // Not git_remote_url(): it applies url.X.insteadOf, which is this machine's, and which may hold a token.
    const auto url = find_setting(fmt::format("remote.{}.url", name));
    return url ? std::optional(without_credentials(*url)) : std::nullopt;
}

std::map<std::string, std::string> Repository::references() const
{
    const auto& library = handle_->library;
    git_strarray names{};
    if (library.reference_list(&names, handle_->repository.get()) != 0) {
        fail(library, "list the repository's branches and tags");
    }
    const Owned<git_strarray> disposer(&names, library.strarray_dispose);
    std::map<std::string, std::string> references;
    for (std::size_t i = 0; i < names.count; ++i) {
        const std::string name = names.strings[i];
        git_oid id;
        const auto wanted = name.starts_with("refs/heads/") || name.starts_with("refs/tags/");
        if (wanted && library.reference_name_to_id(&id, handle_->repository.get(), name.c_str()) == 0) {
            references.emplace(name, to_text(library, &id));
        }
    }
    return references;
}

bool Repository::has_changes() const
{
    (void)root();
    const auto& library = handle_->library;
    git_index* raw = nullptr;
    if (library.repository_index(&raw, handle_->repository.get()) != 0) {
        fail(library, "read the repository's index");
    }
    const Owned<git_index> index(raw, library.index_free);
    git_status_options options{};
    options.version = GIT_STATUS_OPTIONS_VERSION;
    options.show = GIT_STATUS_SHOW_INDEX_AND_WORKDIR;
    options.flags = GIT_STATUS_OPT_INCLUDE_UNTRACKED | GIT_STATUS_OPT_EXCLUDE_SUBMODULES;
    StatusSearch search{library, index.get()};
    const int result = library.status_foreach_ext(handle_->repository.get(), &options, &StatusSearch::visit, &search);
    if (result < 0) {
        fail(library, "compare the working tree with the last commit");
    }
    return result == StatusSearch::found;
}

std::optional<std::string> Repository::find_file(const CommitId& commit, const std::filesystem::path& path,
                                                 std::size_t limit) const
{
    const auto& library = handle_->library;
    const auto found = get_commit(library, handle_->repository.get(), commit);
    git_object* tree = nullptr;
    if (library.object_peel(&tree, found.get(), GIT_OBJECT_TREE) != 0) {
        fail(library, fmt::format("read commit {}", commit));
    }
    const Owned<git_object> root(tree, library.object_free);
    git_tree_entry* raw = nullptr;
    const auto normal = path.lexically_normal().generic_string();
    if (library.tree_entry_bypath(&raw, reinterpret_cast<git_tree*>(root.get()), normal.c_str()) != 0) {
        return std::nullopt;
    }
    const Owned<git_tree_entry> entry(raw, library.tree_entry_free);
    const auto mode = library.tree_entry_filemode(entry.get());
    if (mode != GIT_FILEMODE_BLOB && mode != GIT_FILEMODE_BLOB_EXECUTABLE) {
        throw Error(ErrorKind::invalid_input, "'{}' is a {} in commit {}: it must be a file", normal,
                    mode == GIT_FILEMODE_LINK ? "symbolic link" : "folder", commit);
    }
    return read_blob(library, handle_->repository.get(), library.tree_entry_id(entry.get()), normal, limit);
}

std::string Repository::subject(const CommitId& commit) const
{
    const auto& library = handle_->library;
    const auto found = get_commit(library, handle_->repository.get(), commit);
    const auto* object = reinterpret_cast<const git_commit*>(found.get());
    const auto* message = library.commit_message(object);
    const std::string_view text = trim(message == nullptr ? "" : message);
    const auto line = text.substr(0, text.find('\n'));
    const auto* encoding = library.commit_message_encoding(object);
    const auto declared = to_upper(encoding == nullptr ? "" : encoding);
    return declared == "ISO-8859-1" || declared == "LATIN1" ? from_latin1(trim(line)) : to_utf8(trim(line));
}

}  // namespace tinystacks::git
