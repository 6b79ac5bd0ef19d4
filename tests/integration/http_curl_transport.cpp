#include "http/curl_transport.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/sha256.hpp"
#include "base/temp_dir.hpp"
#include "process/guarded_launcher.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/server.hpp"

#include <fcntl.h>

#include <cstdlib>
#include <thread>

using namespace tinystacks;
using namespace std::chrono_literals;
using http::CurlTransport;
using http::Request;

namespace {

/// Answers by path; prints each request line and header. Arguments: a certificate with key, and the newest TLS version.
constexpr const char* server_script = R"PY(
import hashlib, http.server, ssl, sys, time, urllib.parse, zlib
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def log_message(self, *a): pass
    def answer(self, status, body=b"", headers=()):
        self.send_response(status)
        for name, value in headers: self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD": self.wfile.write(body)
    def handle_any(self):
        print(self.requestline, flush=True)
        for name, value in self.headers.items(): print(f"  {name}: {value}", flush=True)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/echo": self.answer(200, f"{len(body)} {hashlib.sha256(body).hexdigest()}".encode())
        elif self.path.startswith("/redirect?"):
            status, location = urllib.parse.unquote(self.path[10:]).split(",", 1)
            self.answer(int(status), b"", [("Location", location)])
        elif self.path == "/bomb":
            bomb = zlib.compressobj(9, zlib.DEFLATED, 31); block = bytes(1 << 20)
            self.answer(200, b"".join(bomb.compress(block) for _ in range(1024)) + bomb.flush(), [("Content-Encoding", "gzip")])
        elif self.path == "/trickle":
            self.send_response(200); self.send_header("Content-Length", "1000000"); self.end_headers()
            while True: self.wfile.write(b"x"); self.wfile.flush(); time.sleep(0.1)
        elif self.path == "/thinks": time.sleep(2.5); self.answer(200, b"done")
        elif self.path == "/cookie": self.answer(200, b"", [("Set-Cookie", "a=b")])
        elif self.path == "/500": self.answer(500, b"broken")
        elif self.path == "/encoded": self.answer(200, b"\x1f\x8bnot gzip", [("Content-Encoding", "gzip")])
        elif self.path == "/silent": time.sleep(30)
        elif self.path == "/closed": self.close_connection = True
        elif self.path == "/short":
            self.send_response(200); self.send_header("Content-Length", "100"); self.end_headers()
            self.wfile.write(b"half"); self.wfile.flush(); self.close_connection = True
        elif self.path == "/headers":
            self.send_response(200)
            for i in range(60): self.send_header(f"X-{i}", "x" * 8000)
            self.end_headers()
        elif self.path == "/slow":
            self.send_response(200); self.send_header("Content-Length", "100"); self.end_headers()
            for i in range(100): self.wfile.write(b"x"); self.wfile.flush(); time.sleep(0.1)
        elif self.path == "/endless":
            self.send_response(200); self.send_header("Transfer-Encoding", "chunked"); self.end_headers()
            while True: self.wfile.write(b"10000\r\n" + b"x" * 65536 + b"\r\n")
        elif self.path == "/trailer":
            self.wfile.write(b"HTTP/1.1 103 Early Hints\r\nX-Interim: 1\r\n\r\n"
                             b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Final: 1\r\n\r\n"
                             b"2\r\nok\r\n0\r\nX-Trailer: 1\r\n\r\n")
        else: self.answer(404)
    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = handle_any
class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    def handle_error(self, *a): pass
server = Server(("127.0.0.1", 0), Handler)
if len(sys.argv) > 1:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if len(sys.argv) > 2:
        context.set_ciphers("DEFAULT@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion[sys.argv[2]]
    context.load_cert_chain(sys.argv[1])
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
print(server.server_port, flush=True)
server.serve_forever()
)PY";

struct Loopback {
    support::Server server{support::python(server_script)};
    CurlTransport transport{{}};

    [[nodiscard]] Request request(const std::string& path, const std::string& method = "GET") const
    {
        return {.method = method, .url = "http://" + server.host() + path, .timeout = 20s};
    }
};

ErrorKind kind_of_failure(http::Transport& transport, const Request& request)
{
    try {
        (void)http::fetch(transport, request);
    } catch (const Error& error) {
        UNSCOPED_INFO(error.what());
        return error.kind();
    }
    FAIL("expected an Error");
    return ErrorKind::failed;
}

/// A certificate authority and certificates of its own for 127.0.0.1 and for another name.
struct Certificates {
    TempDir directory;

    Certificates()
    {
        process::Command command;
        command.argv = {"/bin/sh", "-ec", R"(
make() { openssl req -newkey rsa:2048 -nodes -keyout "$1.key" -out "$1.csr" -subj "/CN=$1" 2>/dev/null
         printf '%s\n' "$2" > "$1.ext"
         openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days "${3:-2}" -extfile "$1.ext" -out "$1.crt" 2>/dev/null
         cat "$1.crt" "$1.key" > "$1.pem"; }
openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=test-ca 2>/dev/null
make good subjectAltName=IP:127.0.0.1
make other subjectAltName=DNS:other.example
make expired subjectAltName=IP:127.0.0.1 -1
openssl req -x509 -newkey rsa:2048 -nodes -keyout self.key -out self.crt -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 2>/dev/null
cat self.crt self.key > self.pem
)"};
        command.directory = directory.path();
        command.environment = {{"PATH", "/usr/local/bin:/usr/bin:/bin"}};
        process::GuardedLauncher launcher;
        REQUIRE(process::run_and_keep(launcher, command).succeeded());
    }

    [[nodiscard]] std::string file(const std::string& name) const { return directory.path() / name; }
};

}  // namespace

TEST_CASE("CurlTransport brings status, headers and body of any answer", "[http]")
{
    Loopback loopback;
    const auto failed = http::fetch(loopback.transport, loopback.request("/500"));
    CHECK(failed.response.status == 500);
    CHECK(failed.body == "broken");
    CHECK(failed.response.find_header("content-length") == "6");

    const auto encoded = http::fetch(loopback.transport, loopback.request("/encoded"));
    CHECK(encoded.body == "\x1f\x8bnot gzip");

    const auto head = http::fetch(loopback.transport, loopback.request("/500", "HEAD"));
    CHECK(head.response.status == 500);
    CHECK(head.body.empty());
    CHECK(head.response.find_header("content-length") == "6");
}

TEST_CASE("CurlTransport follows no redirect, wherever it leads", "[http]")
{
    Loopback loopback;
    Loopback other;
    const auto here = "http://" + loopback.server.host();
    for (const int status : {301, 302, 303, 307, 308}) {
        for (const auto& location : {std::string("/echo"), here + "/echo", "http://" + other.server.host() + "/echo",
                                     "http://localhost:" + std::to_string(loopback.server.port()) + "/echo",
                                     std::string("file:///etc/passwd"), std::string("ftp://127.0.0.1/x")}) {
            CAPTURE(status, location);
            for (const auto* method : {"GET", "POST"}) {
                auto request = loopback.request("/redirect?" + std::to_string(status) + "," + location, method);
                request.headers = {{"Authorization", "Bearer SENTINEL"}, {"PRIVATE-TOKEN", "SENTINEL"}};
                request.body = std::string(method) == "POST" ? "SENTINEL" : "";
                const auto exchange = http::fetch(loopback.transport, request);
                CHECK(exchange.response.status == status);
                CHECK(exchange.response.find_header("location") == location);
            }
        }
    }
    (void)http::fetch(loopback.transport, loopback.request("/last"));
    (void)http::fetch(other.transport, other.request("/last"));
    REQUIRE(loopback.server.prints("GET /last"));
    REQUIRE(other.server.prints("GET /last"));
    CHECK(loopback.server.printed().find(" /echo ") == std::string::npos);
    CHECK(other.server.printed().find(" /echo ") == std::string::npos);
    CHECK(other.server.printed().find("SENTINEL") == std::string::npos);
}

TEST_CASE("CurlTransport asks for no compression and unpacks none", "[http]")
{
    Loopback loopback;
    const auto bomb = http::fetch(loopback.transport, loopback.request("/bomb"));  // a GiB of zeros
    CHECK(bomb.body.size() < (std::size_t{4} << 20));
    CHECK(bomb.body.starts_with("\x1f\x8b"));
    CHECK(loopback.server.printed().find("Accept-Encoding") == std::string::npos);
}

TEST_CASE("CurlTransport waits for a connection, and through a stall, only so long", "[http]")
{
    CHECK(http::NetworkLimits().connect == 10s);
    CHECK(http::NetworkLimits().stall == 30s);
    CHECK(Request().timeout == 60s);

    const auto seconds_of_failure = [](http::Transport& transport, const Request& request) {
        const auto start = std::chrono::steady_clock::now();
        CHECK(kind_of_failure(transport, request) == ErrorKind::failed);
        return std::chrono::steady_clock::now() - start;
    };
    CurlTransport hasty({}, {.connect = 200ms, .stall = 1s});
    // Its queue is full and nobody takes from it: a connection to it is never made, nor does it speak TLS.
    const support::Server deaf(support::python(R"PY(
import socket, time
s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(0)
held = []
for _ in range(3):
    c = socket.socket(); c.setblocking(False); c.connect_ex(s.getsockname()); held.append(c)
print(s.getsockname()[1], flush=True)
time.sleep(60)
)PY"));
    CHECK(seconds_of_failure(hasty, {.url = "https://" + deaf.host() + "/", .timeout = 20s}) < 10s);
    const support::Server mute(support::python(R"PY(
import socket, time
s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(5)
print(s.getsockname()[1], flush=True)
c = s.accept()
time.sleep(60)
)PY"));
    CHECK(seconds_of_failure(hasty, {.url = "https://" + mute.host() + "/", .timeout = 20s}) < 10s);

    Loopback loopback;
    CHECK(seconds_of_failure(hasty, loopback.request("/silent")) < 15s);
    CHECK(seconds_of_failure(hasty, loopback.request("/trickle")) < 15s);  // ten bytes a second
    auto thinking = loopback.request("/thinks");
    CHECK(kind_of_failure(hasty, thinking) == ErrorKind::failed);
    thinking.may_be_silent = true;
    CHECK(http::fetch(hasty, thinking).body == "done");
    auto slow = loopback.request("/slow");
    slow.timeout = 500ms;
    CHECK(seconds_of_failure(loopback.transport, slow) < 10s);
}

TEST_CASE("CurlTransport follows a server's word to the public network only", "[http]")
{
    const auto kind_of = [](http::Transport& transport, const std::string& url) {
        return kind_of_failure(transport, {.url = url, .timeout = 2s, .named_by = http::NamedBy::server});
    };
    CurlTransport transport({});
    for (const auto* url :
         {"https://127.1/x", "https://0x7f.0.0.1/x", "https://0/x", "https://2130706433/x", "https://0177.0.0.1/x",
          "https://[::ffff:127.0.0.1]/x", "https://[fe80::1%25eth0]/x", "https://[::]/x", "https://[fd00:ec2::254]/x",
          "https://169.254.169.254/latest/meta-data/", "https://100.100.100.200/x", "https://192.168.1.1/x",
          "https://localhost/x", "https://LOCALHOST:1/x", "http://localhost/x", "https://224.0.0.1/x"}) {
        CAPTURE(url);
        CHECK(kind_of(transport, url) == ErrorKind::not_allowed);
        CurlTransport proxied({{"HTTPS_PROXY", std::string("http://127.0.0.1:1")}});
        CHECK(kind_of(proxied, url) == ErrorKind::not_allowed);
    }
    // A name that leads inside: libcurl knows of itself that it is this machine's.
    const std::string inside = "inside.localhost";
    try {
        (void)transport.send({.url = "https://" + inside + ":1/", .timeout = 5s, .named_by = http::NamedBy::server}, {},
                             {});
        FAIL("expected an Error");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::not_allowed);
        CHECK(error.hint() == "export TINYSTACKS_ALLOW_HOSTS=" + inside);
    }
    CurlTransport allowing({{"TINYSTACKS_ALLOW_HOSTS", "a.example, " + inside}});
    CHECK(kind_of(allowing, "https://" + inside + ":1/") == ErrorKind::failed);
    CHECK(kind_of_failure(transport, {.url = "https://" + inside + ":1/", .timeout = 5s}) == ErrorKind::failed);

    // What a proxy connects to is the proxy's to look at; no name leads past it.
    Loopback proxy;
    CurlTransport proxied({{"HTTPS_PROXY", "http://" + proxy.server.host()}, {"NO_PROXY", inside}});
    try {
        (void)proxied.send({.url = "https://" + inside + ":1/", .named_by = http::NamedBy::server}, {}, {});
        FAIL("expected an Error");
    } catch (const Error& error) {
        CHECK(error.message().find("501") != std::string::npos);
    }
}

TEST_CASE("CurlTransport takes neither interim headers nor trailers for headers", "[http]")
{
    Loopback loopback;
    const auto exchange = http::fetch(loopback.transport, loopback.request("/trailer"));
    CHECK(exchange.body == "ok");
    CHECK(exchange.response.find_header("x-final"));
    CHECK_FALSE(exchange.response.find_header("x-interim"));
    CHECK_FALSE(exchange.response.find_header("x-trailer"));
}

TEST_CASE("CurlTransport sends a body from memory or from a file with every method", "[http]")
{
    Loopback loopback;
    TempDir directory;
    const std::string bytes(3'000'000, 'b');
    write_all(open_file(directory.path() / "body", O_WRONLY | O_CREAT).number(), bytes, "body");
    const auto expected = std::to_string(bytes.size()) + " " + sha256_hex(bytes);
    for (const std::string method : {"PUT", "POST"}) {
        CAPTURE(method);
        auto request = loopback.request("/echo", method);
        request.body = bytes;
        CHECK(http::fetch(loopback.transport, request).body == expected);
        request.body.clear();
        CHECK(http::fetch(loopback.transport, request).body == "0 " + sha256_hex(""));
        request.body_file = directory.path() / "body";
        CHECK(http::fetch(loopback.transport, request).body == expected);
    }
    (void)http::fetch(loopback.transport, loopback.request("/last"));
    REQUIRE(loopback.server.prints("GET /last"));
    CHECK(loopback.server.printed().find("Expect:") == std::string::npos);
    CHECK(loopback.server.printed().find("Content-Type:") == std::string::npos);

    auto missing = loopback.request("/echo", "PUT");
    missing.body_file = directory.path() / "none";
    CHECK(kind_of_failure(loopback.transport, missing) == ErrorKind::not_found);
}

TEST_CASE("CurlTransport sends headers as they are given, empty ones too", "[http]")
{
    Loopback loopback;
    auto request = loopback.request("/echo", "DELETE");
    request.headers = {{"X-Empty", ""}, {"X-Colon", "a: b"}, {"Content-Type", "application/x-test"}};
    CHECK(http::fetch(loopback.transport, request).response.status == 200);
    (void)http::fetch(loopback.transport, loopback.request("/last"));
    REQUIRE(loopback.server.prints("GET /last"));
    const auto printed = loopback.server.printed();
    CHECK(printed.find("X-Empty: \n") != std::string::npos);
    CHECK(printed.find("X-Colon: a: b\n") != std::string::npos);
    CHECK(printed.find("Content-Type: application/x-test\n") != std::string::npos);
    CHECK(printed.find("Content-Length") == std::string::npos);
}

TEST_CASE("CurlTransport refuses requests that could say more than they should", "[http]")
{
    CurlTransport transport({});
    using Header = std::pair<std::string, std::string>;
    for (const auto& header :
         {Header{"X", "a\r\nY: b"}, Header{"X", "a\nb"}, Header{"X", std::string("a\0b", 3)}, Header{"X", "a\x01"},
          Header{"X", "a\x7f"}, Header{"X", "a\x1b[2J"}, Header{"X\r\nY", "a"}, Header{"X:", "a"}, Header{"", "a"}}) {
        CHECK(kind_of_failure(transport, {.url = "https://127.0.0.1:1/", .headers = {header}}) ==
              ErrorKind::invalid_input);
    }
    for (const auto* url : {"", "not a url", "https://", "https://127.0.0.1:1/a b", "https://127.0.0.1:1/\r\nX: y",
                            "https://user:password@127.0.0.1:1/"}) {
        CAPTURE(url);
        CHECK(kind_of_failure(transport, {.url = url}) == ErrorKind::invalid_input);
    }
    CHECK(kind_of_failure(transport, {.method = "GET /x", .url = "https://127.0.0.1:1/"}) == ErrorKind::invalid_input);
}

TEST_CASE("CurlTransport allows clear text to this machine only", "[http]")
{
    CurlTransport transport({});
    for (const auto* url :
         {"http://example.com/", "http://10.0.0.1/", "http://0/", "http://[::ffff:127.0.0.1]/",
          "http://127.0.0.1.example.com/", "ftp://127.0.0.1/", "file:///etc/passwd", "gopher://127.0.0.1/"}) {
        CAPTURE(url);
        CHECK(kind_of_failure(transport, {.url = url}) == ErrorKind::not_allowed);
    }
}

TEST_CASE("CurlTransport allows clear text to AWS's credential endpoints when that is asked for, and only there",
          "[http]")
{
    CurlTransport transport({{"HTTPS_PROXY", "http://127.0.0.1:1"}, {"http_proxy", "http://127.0.0.1:1"}});
    for (const auto* url : {"http://169.254.169.254/", "http://[fd00:ec2::254]/"}) {
        CAPTURE(url);
        Request request{.url = url, .timeout = 50ms};
        CHECK(kind_of_failure(transport, request) == ErrorKind::not_allowed);
        request.clear_text = http::ClearText::credentials_endpoint;
        try {
            (void)http::fetch(transport, request);  // on an instance somebody answers
        } catch (const Error& error) {
            CHECK(error.kind() == ErrorKind::failed);
            CHECK(error.message().find("127.0.0.1") == std::string::npos);
        }
    }
    for (const auto* url : {"http://example.com/", "http://169.254.1.1/", "http://10.0.0.1/", "http://[fd00:ec2::1]/",
                            "ftp://169.254.169.254/"}) {
        CAPTURE(url);
        CHECK(kind_of_failure(transport, {.url = url, .clear_text = http::ClearText::credentials_endpoint}) ==
              ErrorKind::not_allowed);
    }
}

TEST_CASE("CurlTransport sends no password of .netrc and keeps no cookie", "[http]")
{
    const TempDir home;
    replace_file(home.path() / ".netrc", "machine 127.0.0.1 login u password SENTINEL\n");
    const auto* before = std::getenv("HOME");
    const std::string old = before == nullptr ? "" : before;
    ::setenv("HOME", home.path().c_str(), 1);
    Loopback loopback;
    (void)http::fetch(loopback.transport, loopback.request("/cookie"));
    CHECK(http::fetch(loopback.transport, loopback.request("/echo")).response.status == 200);
    ::setenv("HOME", old.c_str(), 1);
    REQUIRE(loopback.server.prints("GET /echo"));
    CHECK(loopback.server.printed().find("Authorization") == std::string::npos);
    CHECK(loopback.server.printed().find("Cookie") == std::string::npos);
}

TEST_CASE("CurlTransport tells who did not answer, without query or password", "[http]")
{
    CurlTransport transport({});
    try {
        (void)transport.send({.url = "http://127.0.0.1:1/path?token=SENTINEL"}, {}, {});
        FAIL("expected an Error");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::failed);
        CHECK(error.message().starts_with("no answer from '127.0.0.1:1': "));
        CHECK(error.message().find("SENTINEL") == std::string::npos);
    }
}

TEST_CASE("CurlTransport reports an answer that breaks off, never comes or never ends", "[http]")
{
    Loopback loopback;
    CHECK(kind_of_failure(loopback.transport, loopback.request("/closed")) == ErrorKind::failed);
    CHECK(kind_of_failure(loopback.transport, loopback.request("/short")) == ErrorKind::failed);
    CHECK(kind_of_failure(loopback.transport, loopback.request("/headers")) == ErrorKind::failed);
    CHECK(kind_of_failure(loopback.transport, loopback.request("/endless")) == ErrorKind::failed);
    auto silent = loopback.request("/silent");
    silent.timeout = 200ms;
    CHECK(kind_of_failure(loopback.transport, silent) == ErrorKind::failed);
    CHECK(http::fetch(loopback.transport, loopback.request("/500")).response.status == 500);
}

TEST_CASE("CurlTransport passes on what the receiver of the body throws", "[http]")
{
    Loopback loopback;
    const auto refuse = [](std::string_view) { throw Error(ErrorKind::conflict, "enough"); };
    try {
        (void)loopback.transport.send(loopback.request("/slow"), refuse, {});
        FAIL("expected an Error");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::conflict);
    }
}

TEST_CASE("CurlTransport ends at once when it is interrupted on either level", "[http]")
{
    Loopback loopback;
    for (const bool gently : {true, false}) {
        for (const std::string path : {"/silent", "/slow"}) {
            CAPTURE(gently, path);
            std::stop_source source;
            std::chrono::steady_clock::time_point asked;
            std::jthread asker([&] {
                (void)loopback.server.prints("GET " + path);
                asked = std::chrono::steady_clock::now();
                source.request_stop();
            });
            const auto interruption =
                gently ? Interruption{source.get_token(), {}} : Interruption{{}, source.get_token()};
            CHECK_THROWS_AS(loopback.transport.send(loopback.request(path), {}, interruption), Interrupted);
            const auto ended = std::chrono::steady_clock::now();
            asker.join();
            CHECK(ended - asked < 1s);  // 100 ms are wanted; a busy machine is no failure
        }
    }
}

TEST_CASE("CurlTransport serves several threads at once", "[http]")
{
    Loopback loopback;
    std::vector<std::jthread> threads;
    std::vector<int> statuses(8);
    for (auto& status : statuses) {
        threads.emplace_back([&] {
            for (int i = 0; i < 5; ++i) {
                status = http::fetch(loopback.transport, loopback.request("/500")).response.status;
            }
        });
    }
    threads.clear();
    CHECK(statuses == std::vector<int>(8, 500));
}

TEST_CASE("CurlTransport trusts only certificates of an authority, for the name, with TLS 1.2 or newer", "[http]")
{
    const Certificates certificates;
    const auto url = [](const support::Server& server) { return "https://" + server.host() + "/500"; };
    CurlTransport transport({{"SSL_CERT_FILE", certificates.file("ca.pem")}});
    {
        const support::Server good(support::python(server_script, {certificates.file("good.pem")}));
        CHECK(http::fetch(transport, {.url = url(good)}).response.status == 500);
        CurlTransport stranger({});
        CHECK(kind_of_failure(stranger, {.url = url(good)}) == ErrorKind::unavailable);
    }
    for (const auto* name : {"other.pem", "expired.pem", "self.pem"}) {
        CAPTURE(name);
        const support::Server bad(support::python(server_script, {certificates.file(name)}));
        CHECK(kind_of_failure(transport, {.url = url(bad)}) == ErrorKind::unavailable);
    }
    const support::Server old(support::python(server_script, {certificates.file("good.pem"), "TLSv1_1"}));
    CHECK(kind_of_failure(transport, {.url = url(old)}) == ErrorKind::failed);
}

TEST_CASE("CurlTransport uses the proxy it is told, but never for this machine", "[http]")
{
    Loopback loopback;  // stands in for a proxy: whatever asks it for CONNECT gets a 501, which libcurl reports
    CurlTransport transport(
        {{"HTTPS_PROXY", "http://user:SENTINEL@" + loopback.server.host()}, {"NO_PROXY", "direct.invalid"}});
    CHECK(http::fetch(transport, loopback.request("/500")).response.status == 500);
    try {
        (void)transport.send({.url = "https://proxied.invalid/"}, {}, {});
        FAIL("expected an Error");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::failed);
        CHECK(error.message().find("501") != std::string::npos);
        CHECK(error.message().find("SENTINEL") == std::string::npos);
    }
    try {
        (void)transport.send({.url = "https://direct.invalid/"}, {}, {});
        FAIL("expected an Error");
    } catch (const Error& error) {
        CHECK(error.message().find("501") == std::string::npos);
    }
}
