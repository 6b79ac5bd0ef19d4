#include "base/error.hpp"
#include "base/file.hpp"
#include "base/temp_dir.hpp"
#include "store/store.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/child.hpp"
#include "tests/support/samples.hpp"
#include "tests/support/small_disk.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <random>

using namespace tinystacks;
using deployment::Ledger;
using deployment::State;
using store::Store;

namespace {

void begin(Store& store, const std::string& id)
{
    store.begin_run({id, "deploy", "shop", "{}", system_time(), {}, {}});
}

/// Reads how many deployments were committed from the pipe until its writer is gone.
int last_number(int pipe)
{
    int number = 0;
    int last = 0;
    while (::read(pipe, &number, sizeof number) == static_cast<ssize_t>(sizeof number)) {
        last = number;
    }
    return last;
}

}  // namespace

TEST_CASE("Store marks the deployment of a dead process as interrupted", "[store]")
{
    using Phases = std::vector<deployment::PhaseResult>;
    struct Case {
        Phases phases;
        std::string sentence;
    };
    const auto [phases, sentence] =
        GENERATE(Case{Phases{}, "the process that ran it ended before its first phase was over"},
                 Case{Phases{{"build", "SUCCEEDED", 1}, {"release", "", 0}},
                      "the process that ran it ended in the middle of release"},
                 Case{Phases{{"build", "SUCCEEDED", 1}}, "the process that ran it ended after build"});
    CAPTURE(sentence);
    const TempDir directory;
    support::Child child([&, &given = phases] {
        Store store(directory.path(), system_time);
        Ledger ledger(store, store.writer());
        begin(store, "r1");
        ledger.record(support::ended_deployment("d1", "r1"));
        auto deployment = support::running_deployment("d2", "r1");
        deployment.phases = given;
        ledger.record(deployment);
    });
    REQUIRE(child.wait() == 0);

    Store store(directory.path(), system_time);
    Ledger ledger(store, store.writer());
    std::optional<deployment::Deployment> seen;
    SECTION("by find")
    {
        seen = ledger.find("shop", "d2");
    }
    SECTION("by history")
    {
        seen = ledger.history("shop", "dev", 1).at(0);
    }
    SECTION("by find_current")
    {
        CHECK(ledger.find_current("shop", "dev")->id == "d1");
        seen = ledger.history("shop", "dev", 1).at(0);
    }
    CHECK(seen->id == "d2");
    CHECK(seen->state == State::interrupted);
    CHECK(seen->verdict.outcome == deployment::Outcome::uncertain);
    CHECK(seen->verdict.owner == deployment::Owner::undecided);
    CHECK(seen->verdict.sentence == sentence);
    CHECK(seen->verdict.hint == "tinystacks deploy --resume");
    CHECK(seen->verdict.evidence.size() == 1);
    CHECK_FALSE(seen->ended_at.has_value());
    // Whoever looks later sees the same.
    CHECK(ledger.find("shop", "d2") == seen);
    CHECK(ledger.find("shop", "d1")->state == State::ended);
}

TEST_CASE("Store keeps all it committed when the process is killed at any moment", "[store]")
{
    const TempDir directory;
    std::mt19937 random(4711);
    int kept = 0;
    for (int round = 0; round < 30; ++round) {
        CAPTURE(round);
        int ends[2];
        REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
        support::Child child([&] {
            ::close(ends[0]);
            Store store(directory.path(), system_time);
            Ledger ledger(store, store.writer());
            const auto run = "r" + std::to_string(round);
            begin(store, run);
            for (int i = kept + 1;; ++i) {
                ledger.record(support::ended_deployment("d" + std::to_string(i), run));
                if (::write(ends[1], &i, sizeof i) != static_cast<ssize_t>(sizeof i)) {
                    return;
                }
            }
        });
        ::close(ends[1]);
        // Killed within the few microseconds or milliseconds after one of the first commits.
        int number = 0;
        for (auto some = random() % 6; some > 0; --some) {
            REQUIRE(::read(ends[0], &number, sizeof number) == static_cast<ssize_t>(sizeof number));
        }
        const auto until = std::chrono::steady_clock::now() + std::chrono::microseconds(random() % 3000);
        while (std::chrono::steady_clock::now() < until) {
        }
        child.kill();
        const auto committed = std::max({kept, number, last_number(ends[0])});
        ::close(ends[0]);

        Store store(directory.path(), system_time);
        Ledger ledger(store, store.writer());
        const auto book = ledger.read("shop");
        // One more may have been committed and not told any more.
        REQUIRE(book.number >= static_cast<std::uint64_t>(committed));
        REQUIRE(book.number <= static_cast<std::uint64_t>(committed) + 1);
        // Of the newest five all is kept.
        for (auto i = book.number; i > static_cast<std::uint64_t>(kept) && i + 5 > book.number; --i) {
            const auto one = find_deployment(book, "d" + std::to_string(i));
            REQUIRE(one == support::ended_deployment("d" + std::to_string(i), one->run));
        }
        kept = static_cast<int>(book.number);
    }
    CHECK(kept > 30);
}

TEST_CASE("Store reports a full disk, loses nothing, and goes on when there is room", "[store]")
{
    const TempDir parent;
    const auto disk = support::SmallDisk::mount(parent.path(), 512);
    if (!disk) {
        return;
    }
    const auto path = disk->path() / "state";
    Store store(path, system_time);
    Ledger ledger(store, store.writer());
    begin(store, "r1");
    ledger.record(support::ended_deployment("d0", "r1"));
    disk->fill();
    std::size_t written = 1;
    std::optional<Error> failure;
    while (!failure && written < 10000) {
        try {
            ledger.record(support::ended_deployment("d" + std::to_string(written), "r1"));
            ++written;
        } catch (const Error& error) {
            failure = error;
        }
    }
    REQUIRE(failure.has_value());
    CHECK(failure->kind() == ErrorKind::failed);
    CHECK(failure->message() == fmt::format("cannot write '{}': the disk is full", (path / "state.db").string()));
    CHECK(ledger.read("shop").number == written);
    const auto last = "d" + std::to_string(written - 1);
    CHECK(ledger.find("shop", last) == support::ended_deployment(last, "r1"));

    disk->make_room();
    ledger.record(support::ended_deployment("last", "r1"));
    CHECK(ledger.read("shop").number == written + 1);
}

TEST_CASE("Store on a full disk cannot be made, and can when there is room", "[store]")
{
    const TempDir parent;
    const auto disk = support::SmallDisk::mount(parent.path(), 256);
    if (!disk) {
        return;
    }
    disk->fill();
    CHECK_THROWS_AS(Store(disk->path() / "state", system_time), Error);
    disk->make_room();
    Store store(disk->path() / "state", system_time);
    begin(store, "r1");
    CHECK(store.is_alive("r1"));
}
