#include "registry/detail/copier.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/sha256.hpp"
#include "base/temp_dir.hpp"
#include "http/retry.hpp"
#include "http/url.hpp"
#include "registry/detail/manifest.hpp"
#include "registry/detail/url.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

namespace tinystacks::registry::detail {
namespace {

using namespace std::chrono_literals;

constexpr auto blob_limit = std::chrono::hours(1);  ///< a layer of 10 GB at 3 MB/s; a stalled one ends much earlier
constexpr int redirects_at_most = 5;
constexpr int depth_at_most = 5;

/// The digest of a file that may be larger than memory.
Digest digest_of(const std::filesystem::path& path)
{
    const auto file = open_file(path, O_RDONLY);
    struct stat about = {};
    if (::fstat(file.number(), &about) != 0) {
        throw Error(ErrorKind::failed, "cannot read '{}': {}", path.string(), errno_text(errno));
    }
    const auto size = static_cast<std::size_t>(about.st_size);
    if (size == 0) {
        return "sha256:" + sha256_hex({});
    }
    void* bytes = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.number(), 0);
    if (bytes == MAP_FAILED) {
        throw Error(ErrorKind::failed, "cannot read '{}': {}", path.string(), errno_text(errno));
    }
    auto digest = "sha256:" + sha256_hex({static_cast<const char*>(bytes), size});
    ::munmap(bytes, size);
    return digest;
}

bool is_redirect(int status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

}  // namespace

Copier::Copier(Session& session, const Repository& from, const Repository& to, const Interruption& interruption)
    : session_(session), from_(from), to_(to), interruption_(interruption)
{}

void Copier::copy(const Digest& digest, std::string_view tag)
{
    const auto manifest = fetch_manifest(digest);
    if (from_ != to_) {
        copy_parts(manifest, 0);
    }
    put_manifest(manifest, digest, tag);
}

Copier::Manifest Copier::fetch_manifest(const Digest& digest)
{
    http::Request request;
    request.url = fmt::format("{}/manifests/{}", Session::url_of(from_), digest);
    request.headers = accept_manifests();
    auto exchange = session_.ask(from_.host, pull_scope(from_), request, interruption_);
    if (exchange.response.status != 200) {
        Session::fail(from_, fmt::format("read image '{}'", digest), exchange);
    }
    if ("sha256:" + sha256_hex(exchange.body) != digest) {
        throw Error(ErrorKind::failed, "registry '{}' gave something else for image '{}'", from_.host, digest);
    }
    auto type = media_type(exchange.body, exchange.response.find_header("content-type").value_or(""));
    return {std::move(exchange.body), std::move(type)};
}

void Copier::put_manifest(const Manifest& manifest, const Digest& digest, std::string_view reference)
{
    http::Request request;
    request.method = "PUT";
    request.url = fmt::format("{}/manifests/{}", Session::url_of(to_), reference);
    request.headers = {{"Content-Type", manifest.type}};
    request.body = manifest.bytes;
    const auto exchange = session_.ask(to_.host, push_scope(to_), request, interruption_);
    if (exchange.response.status != 201 && exchange.response.status != 200) {
        Session::fail(to_, fmt::format("set '{}'", reference), exchange);
    }
    const auto stored = exchange.response.find_header("docker-content-digest");
    if (stored && *stored != digest) {
        throw Error(ErrorKind::failed, "registry '{}' stored image '{}' as '{}'", to_.host, digest, *stored);
    }
}

void Copier::copy_parts(const Manifest& manifest, int depth)
{
    if (depth > depth_at_most) {
        throw Error(ErrorKind::failed, "the image is an index of indexes, more than {} deep", depth_at_most);
    }
    const auto parts = parse_parts(manifest.bytes);
    for (const auto& digest : parts.manifests) {
        if (has("manifests/" + digest)) {
            continue;
        }
        const auto child = fetch_manifest(digest);
        copy_parts(child, depth + 1);
        put_manifest(child, digest, digest);
    }
    for (const auto& blob : parts.blobs) {
        if (!blob.elsewhere && !has("blobs/" + blob.digest)) {
            copy_blob(blob.digest);
        }
    }
}

bool Copier::has(const std::string& path)
{
    http::Request request;
    request.method = "HEAD";
    request.url = Session::url_of(to_) + "/" + path;
    request.headers = accept_manifests();
    const auto exchange = session_.ask(to_.host, push_scope(to_), request, interruption_);
    if (exchange.response.status == 403) {
        Session::fail(to_, "store an image", exchange);
    }
    return exchange.response.status == 200;  // after any other answer we try to store it, and are told why not
}

void Copier::copy_blob(const Digest& digest)
{
    const TempDir directory;
    const auto file = directory.path() / "blob";
    const auto patience = http::real_patience();
    const auto start = patience.now();
    // An upload that failed is begun anew: a registry keeps what has arrived of it, so the PUT alone cannot be
    // repeated.
    for (int tries = 1;; ++tries) {
        std::optional<http::Exchange> exchange;
        std::optional<Error> error;
        try {
            exchange = move_blob(digest, file);
        } catch (const Error& failure) {
            if (failure.kind() != ErrorKind::failed) {
                throw;
            }
            error = failure;
        }
        if (exchange && exchange->response.status == 201) {
            return;
        }
        const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(patience.now() - start);
        std::optional<int> status;
        std::optional<std::string> retry_after;
        if (exchange) {
            status = exchange->response.status;
            if (const auto least = http::find_retry_after(exchange->response, patience.clock())) {
                retry_after = std::to_string(least->count());
            }
        }
        const auto wait = http::find_retry_wait(tries, elapsed, status, retry_after, patience.jitter());
        if (!wait && error) {
            throw *error;
        }
        if (!wait) {
            Session::fail(to_, fmt::format("store layer '{}'", digest), *exchange);
        }
        patience.wait(*wait, interruption_);
    }
}

http::Exchange Copier::mount_or_begin(const Digest& digest)
{
    http::Request request;
    request.method = "POST";
    request.url = Session::url_of(to_) + "/blobs/uploads/";
    auto scope = push_scope(to_);
    if (from_.host == to_.host) {
        request.url = http::with_query(http::with_query(request.url, "mount", digest), "from", from_.name);
        scope += " " + pull_scope(from_);
    }
    return session_.ask(to_.host, scope, request, interruption_, Retry::no);
}

http::Exchange Copier::move_blob(const Digest& digest, const std::filesystem::path& file)
{
    auto begun = mount_or_begin(digest);
    const auto location = begun.response.find_header("location");
    if (begun.response.status != 202 || !location) {
        return begun;  // 201: mounted
    }
    if (!std::filesystem::exists(file)) {
        download(digest, file);
    }
    http::Request request;
    request.method = "PUT";
    request.url = http::with_query(resolve(Session::url_of(to_), *location), "digest", digest);
    request.headers = {{"Content-Type", "application/octet-stream"}};
    request.body_file = file;
    request.timeout = blob_limit;
    request.named_by = Session::named_by(to_.host, request.url);
    if (http::origin_of(request.url) == http::origin_of(Session::url_of(to_))) {
        return session_.ask(to_.host, push_scope(to_), request, interruption_, Retry::no);
    }
    return http::fetch(session_.transport(), request, interruption_);  // another host must not see who we are
}

void Copier::download(const Digest& digest, const std::filesystem::path& file)
{
    http::Request request;
    request.url = fmt::format("{}/blobs/{}", Session::url_of(from_), digest);
    request.timeout = blob_limit;
    auto arriving = file;
    arriving += ".part";  // under its own name a file is whole and checked
    const auto response = get_blob(request, arriving);
    if (response.status != 200) {
        Session::fail(from_, fmt::format("read layer '{}'", digest), {response, {}});
    }
    if (digest_of(arriving) != digest) {
        throw Error(ErrorKind::failed, "registry '{}' gave something else for layer '{}'", from_.host, digest);
    }
    std::filesystem::rename(arriving, file);
}

http::Response Copier::get_blob(http::Request request, const std::filesystem::path& file)
{
    Descriptor open;
    const auto start_body = [&]() -> http::OnBody {
        open = open_file(file, O_WRONLY | O_CREAT | O_TRUNC);
        return [&](std::string_view piece) { write_all(open.number(), piece, file); };
    };
    auto response = session_.send(from_.host, pull_scope(from_), request, start_body, interruption_);
    // Registries keep layers in a store of objects and send us there; the address is a permission by itself.
    for (int redirects = 0; is_redirect(response.status) && redirects < redirects_at_most; ++redirects) {
        request.url = resolve(request.url, response.find_header("location").value_or(""));
        request.named_by = Session::named_by(from_.host, request.url);
        response = http::send_with_retry(session_.transport(), request, start_body, interruption_);
    }
    return response;
}

}  // namespace tinystacks::registry::detail
