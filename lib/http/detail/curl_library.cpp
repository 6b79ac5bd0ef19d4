#include "http/detail/curl_library.hpp"

#include "base/error.hpp"

#include <dlfcn.h>
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

namespace tinystacks::http::detail {
namespace {

/// Gives back the memory in which code and constants lie. Most of what was used of them so far was for the start, which
/// is not needed again; the rest comes back from the page cache when it is called. (A debugger's breakpoints are lost.)
void give_back_code()
{
    const auto give_back = [](dl_phdr_info* program, std::size_t /*size*/, void* page_size) -> int {
        const auto page = *static_cast<std::size_t*>(page_size);
        for (const auto* part = program->dlpi_phdr; part != program->dlpi_phdr + program->dlpi_phnum; ++part) {
            if (part->p_type == PT_LOAD && (part->p_flags & PF_W) == 0) {
                const auto begin = (program->dlpi_addr + part->p_vaddr) / page * page;
                const auto end = program->dlpi_addr + part->p_vaddr + part->p_memsz;
                (void)::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
            }
        }
        return 0;
    };
    auto page_size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    ::dl_iterate_phdr(give_back, &page_size);
}

void* open_library()
{
    for (const auto* name : {"libcurl.so.4", "libcurl-gnutls.so.4", "libcurl.so"}) {
        if (auto* library = ::dlopen(name, RTLD_NOW | RTLD_LOCAL)) {
            return library;
        }
    }
    throw Error(ErrorKind::unavailable, "libcurl is not installed").with_hint("apt-get install libcurl4");
}

template <typename Function>
void find(void* library, const char* name, Function& function)
{
    function = reinterpret_cast<Function>(::dlsym(library, name));
    if (function == nullptr) {
        throw Error(ErrorKind::unavailable, "libcurl is older than 7.68: it has no {}", name)
            .with_hint("apt-get install libcurl4");
    }
}

CurlLibrary load()
{
    give_back_code();
    auto* library = open_library();
    CurlLibrary curl = {};
    find(library, "curl_global_init", curl.global_init);
    find(library, "curl_easy_init", curl.easy_init);
    find(library, "curl_easy_cleanup", curl.easy_cleanup);
    find(library, "curl_easy_setopt", curl.easy_setopt);
    find(library, "curl_easy_getinfo", curl.easy_getinfo);
    find(library, "curl_easy_strerror", curl.easy_strerror);
    find(library, "curl_multi_init", curl.multi_init);
    find(library, "curl_multi_cleanup", curl.multi_cleanup);
    find(library, "curl_multi_add_handle", curl.multi_add_handle);
    find(library, "curl_multi_remove_handle", curl.multi_remove_handle);
    find(library, "curl_multi_perform", curl.multi_perform);
    find(library, "curl_multi_poll", curl.multi_poll);
    find(library, "curl_multi_wakeup", curl.multi_wakeup);
    find(library, "curl_multi_info_read", curl.multi_info_read);
    find(library, "curl_multi_strerror", curl.multi_strerror);
    find(library, "curl_slist_append", curl.slist_append);
    find(library, "curl_slist_free_all", curl.slist_free_all);
    find(library, "curl_url", curl.url);
    find(library, "curl_url_set", curl.url_set);
    find(library, "curl_url_get", curl.url_get);
    find(library, "curl_url_cleanup", curl.url_cleanup);
    find(library, "curl_free", curl.free);
    if (const auto code = curl.global_init(CURL_GLOBAL_DEFAULT); code != CURLE_OK) {
        throw Error(ErrorKind::unavailable, "libcurl cannot start: {}", curl.easy_strerror(code));
    }
    return curl;
}

}  // namespace

const CurlLibrary& curl_library()
{
    // Not state of ours: whoever opens a library gets the same one, and it may be started only once.
    static const CurlLibrary library = load();
    return library;
}

}  // namespace tinystacks::http::detail
