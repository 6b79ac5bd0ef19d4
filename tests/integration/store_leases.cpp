#include "base/error.hpp"
#include "base/file.hpp"
#include "base/temp_dir.hpp"
#include "store/store.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/child.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <memory>
#include <vector>

using namespace tinystacks;
using namespace std::chrono_literals;
using deployment::Ledger;
using store::Store;

namespace {

void begin(Store& store, const std::string& id)
{
    store.begin_run({id, "deploy", "shop", "{}", system_time(), {}, {}});
}

/// Begins `run` in a process of its own, takes a lease for it and ends without a word.
void take_and_die(const std::filesystem::path& directory, const std::string& run)
{
    support::Child child([&] {
        Store store(directory, system_time);
        Ledger ledger(store, store.writer());
        begin(store, run);
        (void)ledger.take_lease("shop", "stage/dev", run);
    });
    REQUIRE(child.wait() == 0);
}

}  // namespace

TEST_CASE("Store gives a lease to one run at a time", "[store]")
{
    const TempDir directory;
    Time now = system_time();
    Store store(directory.path(), [&] { return now; });
    Ledger ledger(store, store.writer());
    begin(store, "r1");
    begin(store, "r2");
    const auto lease = ledger.take_lease("shop", "stage/dev", "r1");
    CHECK(lease.expires_at == now + store.lease_length());
    CHECK(ledger.find_lease("shop", "stage/dev") == lease);
    try {
        (void)ledger.take_lease("shop", "stage/dev", "r2");
        FAIL("expected an Error");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::conflict);
        CHECK(error.message().starts_with("'shop' is being deployed to stage 'dev' by "));
        CHECK(error.message().find(fmt::format("pid {}, since ", ::getpid())) != std::string::npos);
        CHECK(error.hint() == "tinystacks logs deployment --stage dev --follow");
    }
    CHECK(ledger.take_lease("shop", "build", "r2").fence == 1);
    CHECK(ledger.take_lease("other", "stage/dev", "r2").fence == 1);

    SECTION("until it is released")
    {
        ledger.release_lease(lease);
        CHECK_FALSE(ledger.find_lease("shop", "stage/dev").has_value());
        CHECK(ledger.take_lease("shop", "stage/dev", "r2").fence == lease.fence + 1);
    }
    SECTION("until it expires")
    {
        now += store.lease_length();
        CHECK_FALSE(ledger.find_lease("shop", "stage/dev").has_value());
        const auto second = ledger.take_lease("shop", "stage/dev", "r2");
        CHECK(second.fence == lease.fence + 1);
        CHECK_THROWS_AS(ledger.take_lease("shop", "stage/dev", "r1"), Error);
        // What was lost is not the loser's to release.
        ledger.release_lease(lease);
        CHECK(ledger.find_lease("shop", "stage/dev") == second);
    }
    SECTION("until its run has ended")
    {
        store.end_run("r1", "{}");
        CHECK(ledger.take_lease("shop", "stage/dev", "r2").fence == lease.fence + 1);
    }
    SECTION("who may renew it")
    {
        const auto taken_at = now;
        now += 50s;
        const auto renewed = ledger.take_lease("shop", "stage/dev", "r1");
        CHECK(renewed.fence == lease.fence);
        CHECK(renewed.taken_at == taken_at);
        CHECK(renewed.expires_at == now + store.lease_length());
    }
}

TEST_CASE("Store believes a lease of a run it does not know until it expires", "[store]")
{
    const TempDir directory;
    Time now = system_time();
    Store store(directory.path(), [&] { return now; });
    Ledger ledger(store, store.writer());
    (void)ledger.take_lease("shop", "build", "of another machine");
    CHECK_THROWS_AS(ledger.take_lease("shop", "build", "r1"), Error);
    now += store.lease_length() + 1s;
    CHECK(ledger.take_lease("shop", "build", "r1").fence == 2);
}

TEST_CASE("Store frees the lease of a process that died, at once", "[store]")
{
    const TempDir directory;
    take_and_die(directory.path(), "r1");
    Store store(directory.path(), system_time);
    Ledger ledger(store, store.writer());
    CHECK_FALSE(store.is_alive("r1"));
    CHECK_FALSE(ledger.find_lease("shop", "stage/dev").has_value());
    begin(store, "r2");
    CHECK(ledger.take_lease("shop", "stage/dev", "r2").fence == 2);
}

TEST_CASE("Store keeps the lease of another process while that lives", "[store]")
{
    const TempDir directory;
    int ready[2];
    REQUIRE(::pipe(ready) == 0);
    support::Child holder([&] {
        Store store(directory.path(), system_time);
        Ledger ledger(store, store.writer());
        begin(store, "r1");
        (void)ledger.take_lease("shop", "stage/dev", "r1");
        (void)!::write(ready[1], "x", 1);
        ::pause();
    });
    char byte = 0;
    REQUIRE(::read(ready[0], &byte, 1) == 1);
    Store store(directory.path(), system_time);
    Ledger ledger(store, store.writer());
    begin(store, "r2");
    CHECK(store.is_alive("r1"));
    try {
        (void)ledger.take_lease("shop", "stage/dev", "r2");
        FAIL("expected an Error");
    } catch (const Error& error) {
        CHECK(error.message().find(fmt::format("pid {}, since ", holder.pid())) != std::string::npos);
    }
    holder.kill();
    CHECK_FALSE(store.is_alive("r1"));
    CHECK(ledger.take_lease("shop", "stage/dev", "r2").fence == 2);
    ::close(ready[0]);
    ::close(ready[1]);
}

TEST_CASE("Store lets one of several processes at a time into a lease", "[store]")
{
    constexpr int processes = 4;
    constexpr int turns = 10;
    const TempDir directory;
    const auto inside = directory.path() / "inside";
    const auto fences = directory.path() / "fences";
    std::vector<std::unique_ptr<support::Child>> children;
    for (int i = 0; i < processes; ++i) {
        children.push_back(std::make_unique<support::Child>([&, i] {
            Store store(directory.path() / "state", system_time);
            Ledger ledger(store, store.writer());
            const auto run = "r" + std::to_string(i);
            begin(store, run);
            const auto log = open_file(fences, O_WRONLY | O_CREAT | O_APPEND);
            for (int turn = 0; turn < turns;) {
                try {
                    const auto lease = ledger.take_lease("shop", "build", run);
                    (void)open_file(inside, O_WRONLY | O_CREAT | O_EXCL);
                    write_all(log.number(), std::to_string(lease.fence) + "\n", fences);
                    std::filesystem::remove(inside);
                    ledger.release_lease(lease);
                    ++turn;
                } catch (const Error& error) {
                    if (error.kind() != ErrorKind::conflict) {
                        throw;
                    }
                }
            }
        }));
    }
    for (const auto& child : children) {
        CHECK(child->wait() == 0);
    }
    std::string expected;
    for (int i = 1; i <= processes * turns; ++i) {
        expected += std::to_string(i) + "\n";
    }
    CHECK(read_file(fences, 10000) == expected);
}
