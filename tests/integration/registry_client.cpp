#include "registry/registry.hpp"

#include "base/base64.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/sha256.hpp"
#include "base/temp_dir.hpp"
#include "http/curl_transport.hpp"
#include "http/retry.hpp"
#include "process/guarded_launcher.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/server.hpp"

#include <iostream>
#include <memory>

using namespace tinystacks;
using registry::Credentials;
using registry::Repository;

namespace {

constexpr const char* image_type = "application/vnd.oci.image.manifest.v1+json";
constexpr const char* index_type = "application/vnd.oci.image.index.v1+json";
const Credentials known{"AWS", Secret("s3:cret")};

/// A bcrypt line for an htpasswd file, by way of the C library's crypt(3), which perl shows.
std::string htpasswd_line()
{
    process::GuardedLauncher launcher;
    process::Command command;
    command.argv = {"perl", "-e", R"(print crypt("s3:cret", '$2y$05$abcdefghijklmnopqrstuu'))"};
    command.environment = {{"PATH", "/usr/bin:/bin"}};
    const auto finished = process::run_and_keep(launcher, command);
    return finished.out.starts_with("$2y$") ? "AWS:" + finished.out + "\n" : "";
}

/// Starts docker-registry on a free port, prints the port, and ends with it.
constexpr const char* registry_script = R"PY(
import socket, subprocess, sys, time, urllib.request, urllib.error
s = socket.socket(); s.bind(("127.0.0.1", 0)); port = s.getsockname()[1]; s.close()
directory, htpasswd = sys.argv[1:]
auth = '"auth": {"htpasswd": {"realm": "test", "path": "%s"}},' % htpasswd if htpasswd else ""
open(directory + "/config.yml", "w").write('{"version": "0.1", %s "storage": {"filesystem": {"rootdirectory": "%s/data"}, "delete": {"enabled": true}}, "http": {"addr": "127.0.0.1:%d"}}' % (auth, directory, port))
child = subprocess.Popen(["docker-registry", "serve", directory + "/config.yml"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
for _ in range(400):
    try: urllib.request.urlopen("http://127.0.0.1:%d/v2/" % port); break
    except urllib.error.HTTPError: break
    except OSError: time.sleep(0.05)
print(port, flush=True)
child.wait()
)PY";

struct Registry {
    TempDir directory;
    std::unique_ptr<support::Server> server;

    explicit Registry(bool with_login = false)
    {
        const auto file = directory.path() / "htpasswd";
        if (with_login) {
            replace_file(file, htpasswd_line());
        }
        server = std::make_unique<support::Server>(
            support::python(registry_script, {directory.path(), with_login ? file.string() : ""}));
    }

    [[nodiscard]] Repository repository(const std::string& name) const { return {server->host(), name}; }
};

bool can_run()
{
    process::Environment environment = support::python("").environment;
    if (process::find_program("docker-registry", environment)) {
        return true;
    }
    std::cerr << "skipped: docker-registry is not installed\n";
    return false;
}

/// Puts images into a registry by plain requests.
struct Pusher {
    http::CurlTransport transport{{}};
    Repository to;
    bool with_login = false;

    http::Exchange send(const std::string& method, const std::string& path, const std::string& body,
                        const std::string& type)
    {
        http::Request request;
        request.method = method;
        request.url = path.starts_with("http") ? path : "http://" + to.host + "/v2/" + to.name + path;
        request.headers = {{"Content-Type", type}};
        if (with_login) {
            request.headers.emplace_back("Authorization", "Basic " + to_base64("AWS:s3:cret"));
        }
        request.body = body;
        return http::fetch(transport, request);
    }

    std::string blob(const std::string& bytes)
    {
        const auto digest = "sha256:" + sha256_hex(bytes);
        const auto location = send("POST", "/blobs/uploads/", "", "").response.find_header("location").value();
        REQUIRE(send("PUT", location + "&digest=" + digest, bytes, "application/octet-stream").response.status == 201);
        return digest;
    }

    std::string manifest(const std::string& bytes, const std::string& type, const std::string& tag)
    {
        REQUIRE(send("PUT", "/manifests/" + tag, bytes, type).response.status == 201);
        return "sha256:" + sha256_hex(bytes);
    }

    /// An image of one layer; the odd spacing must survive.
    std::string image(const std::string& layer, const std::string& tag)
    {
        const auto describe = [&](const std::string& bytes, const std::string& type) {
            return R"({"mediaType": ")" + type + R"(", "digest": ")" + blob(bytes) + R"(", "size": )" +
                   std::to_string(bytes.size()) + "}";
        };
        return manifest(R"({ "schemaVersion":2,  "mediaType": ")" + std::string(image_type) + R"(", "config": )" +
                            describe("{}", "application/vnd.oci.image.config.v1+json") + R"(, "layers": [)" +
                            describe(layer, "application/vnd.oci.image.layer.v1.tar") + "]}\n",
                        image_type, tag);
    }

    std::string index(const std::vector<std::string>& images, const std::string& tag)
    {
        std::string entries;
        for (const auto& digest : images) {
            const auto bytes = send("GET", "/manifests/" + digest, "", "").body;
            entries += (entries.empty() ? "" : ", ") + (R"({"mediaType": ")" + std::string(image_type)) +
                       R"(", "digest": ")" + digest + R"(", "size": )" + std::to_string(bytes.size()) + "}";
        }
        return manifest(R"({"schemaVersion": 2, "mediaType": ")" + std::string(index_type) + R"(", "manifests": [)" +
                            entries + "]}",
                        index_type, tag);
    }
};

template <typename Call>
Error error_of(Call&& call)
{
    try {
        call();
    } catch (const Error& error) {
        return error;
    }
    FAIL("expected an Error");
    return Error(ErrorKind::failed, "none");
}

}  // namespace

TEST_CASE("Client finds the digest a tag names and moves tags within a repository", "[registry]")
{
    if (!can_run()) {
        return;
    }
    Registry source;
    const auto web = source.repository("shop/web");
    Pusher pusher{.to = web};
    const auto digest = pusher.image("layer", "v1");
    registry::Client client(pusher.transport);
    CHECK(client.find_digest(web, "v1") == digest);
    CHECK(client.find_digest(web, digest) == digest);
    CHECK_FALSE(client.find_digest(web, "v2"));
    CHECK_FALSE(client.find_digest(source.repository("none"), "v1"));
    client.copy(web, digest, web, "prod");
    CHECK(client.find_digest(web, "prod") == digest);
    CHECK(error_of([&] { client.copy(web, "sha256:" + std::string(64, '0'), web, "x"); }).kind() ==
          ErrorKind::not_found);
}

TEST_CASE("Client mounts layers across repositories of a registry", "[registry]")
{
    if (!can_run()) {
        return;
    }
    Registry source;
    Pusher pusher{.to = source.repository("web")};
    const auto digest = pusher.image(std::string(1'000'000, 'l'), "v1");
    registry::Client client(pusher.transport);
    const auto to = source.repository("other/web");
    client.copy(pusher.to, digest, to, "v1");
    CHECK(client.find_digest(to, "v1") == digest);
}

TEST_CASE("Client carries an index with its images between registries, each with its own login", "[registry]")
{
    if (!can_run()) {
        return;
    }
    if (htpasswd_line().empty()) {
        std::cerr << "skipped: perl's crypt() makes no bcrypt here\n";
        return;
    }
    Registry source(true);
    Registry target;
    Pusher pusher{.to = source.repository("web"), .with_login = true};
    const auto first = pusher.image("amd64" + std::string(3'000'000, 'l'), "a");
    const auto index = pusher.index({first, pusher.image("arm64", "b")}, "v1");

    std::vector<std::string> asked;
    registry::Client client(pusher.transport, [&](const std::string& host) {
        asked.push_back(host);
        return std::optional(known);
    });
    const auto to = target.repository("copies/web");
    client.copy(pusher.to, index, to, "v1");
    CHECK(client.find_digest(to, "v1") == index);
    CHECK(client.find_digest(to, first) == first);
    CHECK(asked == std::vector<std::string>{source.server->host()});

    registry::Client stranger(pusher.transport);
    CHECK(error_of([&] { (void)stranger.find_digest(pusher.to, "v1"); }).kind() == ErrorKind::unauthenticated);
    registry::Client liar(pusher.transport, [](const std::string&) { return Credentials{"AWS", Secret("wrong")}; });
    const auto error = error_of([&] { (void)liar.find_digest(pusher.to, "v1"); });
    CHECK(error.kind() == ErrorKind::unauthenticated);
    CHECK(error.hint() == "docker login " + source.server->host());
}
