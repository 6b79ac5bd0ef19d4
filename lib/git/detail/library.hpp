#pragma once

#include <git2.h>

#include <memory>
#include <string>

namespace tinystacks::git::detail {

/// libgit2's functions, opened late: a program linked with libgit2 starts 8 to 13 ms later.
struct Library {
#define TS_GIT2(name) decltype(&::git_##name) name = nullptr
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

    /// Opens and initialises the library. Throws Error{unavailable} naming the package to install.
    Library();
    Library(const Library&) = delete;
    Library& operator=(const Library&) = delete;
    ~Library();

    /// libgit2's own words for what went wrong last on this thread.
    [[nodiscard]] std::string last_error() const;
};

/// A C object of libgit2 with the function that frees it.
template <typename Object>
using Owned = std::unique_ptr<Object, void (*)(Object*)>;

}  // namespace tinystacks::git::detail
