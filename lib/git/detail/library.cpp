#include "git/detail/library.hpp"

#include "base/error.hpp"

#include <dlfcn.h>

#include <array>

namespace tinystacks::git::detail {
namespace {

void* open_library()
{
    // The functions used here have kept their signatures through all of libgit2 1.x.
    static constexpr std::array names = {
        "libgit2.so.1.5", "libgit2.so.1.9", "libgit2.so.1.8", "libgit2.so.1.7", "libgit2.so.1.6",
        "libgit2.so.1.4", "libgit2.so.1.3", "libgit2.so.1.1", "libgit2.so",
    };
    for (const auto* name : names) {
        // Never closed: OpenSSL, which it loads, registers functions that run at exit.
        if (void* library = ::dlopen(name, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE)) {
            return library;
        }
    }
    throw Error(ErrorKind::unavailable, "libgit2 is not installed: git repositories cannot be read")
        .with_hint("apt-get install libgit2-1.5");
}

template <typename Function>
void load(void* library, const char* name, Function& function)
{
    function = reinterpret_cast<Function>(::dlsym(library, name));  // NOLINT: POSIX has no other way
    if (function == nullptr) {
        throw Error(ErrorKind::unavailable, "the installed libgit2 is too old: it has no function '{}'", name)
            .with_hint("apt-get install libgit2-1.5");
    }
}

}  // namespace

Library::Library()
{
    void* library = open_library();
#define TS_GIT2(name) load(library, "git_" #name, name)
    TS_GIT2(libgit2_init);
    TS_GIT2(libgit2_shutdown);
    TS_GIT2(libgit2_opts);
    TS_GIT2(error_last);
    TS_GIT2(buf_dispose);
    TS_GIT2(repository_discover);
    TS_GIT2(repository_open_ext);
    TS_GIT2(repository_free);
    TS_GIT2(repository_workdir);
    TS_GIT2(repository_path);
    TS_GIT2(repository_commondir);
    TS_GIT2(repository_head_unborn);
    TS_GIT2(repository_config);
    TS_GIT2(repository_odb);
    TS_GIT2(config_open_ondisk);
    TS_GIT2(config_get_string_buf);
    TS_GIT2(config_free);
    TS_GIT2(odb_read_header);
    TS_GIT2(odb_free);
    TS_GIT2(oid_fromstr);
    TS_GIT2(oid_tostr);
    TS_GIT2(revparse_single);
    TS_GIT2(object_peel);
    TS_GIT2(object_id);
    TS_GIT2(object_free);
    TS_GIT2(object_lookup);
    TS_GIT2(tree_entry_bypath);
    TS_GIT2(tree_entry_filemode);
    TS_GIT2(tree_entry_id);
    TS_GIT2(tree_entry_free);
    TS_GIT2(blob_rawcontent);
    TS_GIT2(commit_message);
    TS_GIT2(commit_message_encoding);
    TS_GIT2(reference_lookup);
    TS_GIT2(reference_symbolic_target);
    TS_GIT2(reference_name_to_id);
    TS_GIT2(reference_free);
    TS_GIT2(reference_list);
    TS_GIT2(strarray_dispose);
    TS_GIT2(status_foreach_ext);
    TS_GIT2(repository_index);
    TS_GIT2(index_get_bypath);
    TS_GIT2(index_free);
#undef TS_GIT2
    if (libgit2_init() < 0) {
        throw Error(ErrorKind::unavailable, "libgit2 does not start: {}", last_error());
    }
    // A checkout in a CI container often belongs to another user. libgit2 runs no hook, filter or program a
    // repository's configuration names, which is what the check of the owner is for. Old versions have no check.
    (void)libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
    // Extensions that change nothing for a reader; `git sparse-checkout` and `git clone --filter` set the first two.
    std::array extensions = {"worktreeconfig", "partialclone", "preciousobjects", "relativeworktrees"};
    (void)libgit2_opts(GIT_OPT_SET_EXTENSIONS, extensions.data(), extensions.size());
}

Library::~Library()
{
    libgit2_shutdown();
}

std::string Library::last_error() const
{
    const auto* error = error_last();
    return error == nullptr || error->message == nullptr ? "no reason given" : error->message;
}

}  // namespace tinystacks::git::detail
