#include "base/file.hpp"
#include "base/temp_dir.hpp"
#include "control/embedded.hpp"
#include "http/curl_transport.hpp"
#include "process/guarded_launcher.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/child.hpp"
#include "tests/support/git_repository.hpp"

#include <iostream>
#include <thread>

using namespace tinystacks;
using namespace std::chrono_literals;

namespace {

process::Environment environment_of(const std::filesystem::path& home)
{
    return {{"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}, {"HOME", home.string()}};
}

control::Embedded::Parts parts_of(const std::filesystem::path& home, int port)
{
    const auto environment = environment_of(home);
    return {[] { return std::make_unique<process::GuardedLauncher>(); },
            environment,
            system_time,
            home / "state",
            [environment] { return std::make_unique<http::CurlTransport>(environment); },
            port};
}

/// A commit whose build prints for a while and then fails.
pipeline::Source chatty_commit(support::GitRepository& repository)
{
    repository.write("tinystacks.yml", "version: 1\nstack: chatty\nstages:\n  - name: dev\n"
                                       "    target: { docker: { port: 8001, container_port: 80 } }\n");
    repository.write(
        "build.yml",
        "version: 0.2\nphases:\n  build:\n    commands:\n"
        "      - for i in 1 2 3 4 5 6 7 8 9 10; do seq $((i * 1000)) $((i * 1000 + 99)); sleep 0.05; done\n"
        "      - printf 'no end of line'; exit 7\n");
    pipeline::Source source;
    source.directory = repository.path();
    source.commit = repository.commit();
    return source;
}

enum class Reader { steady, forgetful };

/// All lines of a run, as one that comes to its journal reads them. A forgetful one drops every second page.
std::string read_all(control::ControlPlane& plane, const control::RunId& run, Reader reader)
{
    std::string text;
    log::Cursor cursor;
    for (int page_number = 0;; ++page_number) {
        const auto page = plane.follow(run, cursor, 200ms);
        if (reader == Reader::forgetful && page_number % 2 == 0 && !page.ended) {
            continue;  // the same cursor again must give the same events
        }
        for (const auto& event : page.events) {
            if (const auto* lines = std::get_if<log::Lines>(&event.body)) {
                text += lines->text;
            }
        }
        if (page.ended) {
            return text;
        }
        cursor = page.next;
    }
}

std::string wait_for_file(const std::filesystem::path& path)
{
    while (true) {
        if (const auto text = find_file(path, 1000); text && !text->empty()) {
            return *text;
        }
        std::this_thread::sleep_for(5ms);
    }
}

}  // namespace

TEST_CASE("Embedded::follow gives the same from another process, late, and with pages dropped", "[control]")
{
    const TempDir home;
    const auto environment = environment_of(home.path());
    if (!process::find_program("docker-registry", environment)) {
        std::cerr << "skipped: docker-registry is not installed\n";
        return;
    }
    constexpr int port = 5973;
    support::GitRepository repository;
    const auto source = chatty_commit(repository);
    // Forked before this process has threads.
    support::Child other([&] {
        const auto run = wait_for_file(home.path() / "run");
        control::Embedded plane(parts_of(home.path(), port));
        replace_file(home.path() / "steady", read_all(plane, run, Reader::steady));
        replace_file(home.path() / "forgetful", read_all(plane, run, Reader::forgetful));
    });
    support::Child early([&] {
        const auto run = wait_for_file(home.path() / "run");
        control::Embedded plane(parts_of(home.path(), port));
        replace_file(home.path() / "early", read_all(plane, run, Reader::forgetful));
    });
    control::Embedded plane(parts_of(home.path(), port));
    const auto run = plane.start(pipeline::BuildRequest{source});
    replace_file(home.path() / "run", run);
    const auto text = read_all(plane, run, Reader::steady);
    CHECK(other.wait() == 0);
    CHECK(early.wait() == 0);

    const auto result = plane.result(run);
    REQUIRE(result.has_value());
    const auto* outcome = std::get_if<pipeline::BuildOutcome>(&*result);
    REQUIRE(outcome != nullptr);
    CHECK(pipeline::exit_code(*outcome) == 10);
    CHECK(text.find("\n10099\n") != std::string::npos);
    CHECK(read_file(home.path() / "steady", 1 << 20) == text);
    CHECK(read_file(home.path() / "forgetful", 1 << 20) == text);
    CHECK(read_file(home.path() / "early", 1 << 20) == text);
    plane.stop_registry();
}

TEST_CASE("Embedded ends what it runs when it is cancelled", "[control]")
{
    const TempDir home;
    control::Embedded plane(parts_of(home.path(), 5973));
    replace_file(home.path() / "b.yml", "version: 0.2\nphases: {build: {commands: [echo begun, sleep 60]}}\n");
    control::RunBuildspec request;
    request.options.file = home.path() / "b.yml";
    request.options.directory = home.path();
    request.options.environment = environment_of(home.path());
    const auto run = plane.start(request);
    log::Cursor cursor;
    bool begun = false;
    while (true) {
        const auto page = plane.follow(run, cursor, 1s);
        for (const auto& event : page.events) {
            const auto* lines = std::get_if<log::Lines>(&event.body);
            begun = begun || (lines != nullptr && lines->text == "begun\n");
        }
        if (begun) {
            plane.cancel(run, control::Cancel::gently);
        }
        if (page.ended) {
            break;
        }
        cursor = page.next;
    }
    const auto result = plane.result(run);
    REQUIRE(result.has_value());
    CHECK(std::get<buildspec::Result>(*result).status == buildspec::Status::stopped);
}
