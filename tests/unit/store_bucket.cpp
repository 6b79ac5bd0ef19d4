#include "aws/environment_keys.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "store/bucket.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/samples.hpp"
#include "tests/support/simulated_s3.hpp"

#include <condition_variable>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <thread>

using namespace tinystacks;
using namespace std::chrono_literals;
using deployment::Ledger;
using support::SimulatedS3;

namespace {

const Time start = *find_rfc3339("2026-11-24T10:00:00.000Z");

/// Gives one of several threads its turn, as the dice of one seed say; virtual time passes in between.
class Turns {
public:
    Turns(std::uint64_t seed, SimulatedS3& s3) : random(seed), s3_(s3) {}

    void join(int me)
    {
        std::unique_lock lock(mutex_);
        waiting_.insert(me);
        changed_.notify_all();
        changed_.wait(lock, [&] { return turn_ == me; });
    }
    /// Lets another one go on; returns when it is `me` again.
    void pass(int me, std::chrono::milliseconds time)
    {
        std::unique_lock lock(mutex_);
        s3_.now += time;
        choose();
        changed_.wait(lock, [&] { return turn_ == me; });
    }
    void leave(int me)
    {
        const std::lock_guard lock(mutex_);
        waiting_.erase(me);
        choose();
    }
    void begin(std::size_t members)
    {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return waiting_.size() == members; });
        choose();
    }
    [[nodiscard]] int roll(int below) { return static_cast<int>(random() % static_cast<unsigned>(below)); }

    std::mt19937_64 random;

private:
    void choose()
    {
        turn_ = waiting_.empty() ? -1 : *std::next(waiting_.begin(), roll(static_cast<int>(waiting_.size())));
        changed_.notify_all();
    }

    SimulatedS3& s3_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::set<int> waiting_;
    int turn_ = -1;
};

/// A machine's way to S3: slow, losing requests and replies, refused at times.
class Line final : public http::Transport {
public:
    Line(SimulatedS3& s3, Turns& turns, int me) : s3_(s3), turns_(turns), me_(me) {}

    http::Response send(const http::Request& request, const http::OnBody& on_body, const Interruption&) override
    {
        pause();
        const auto fate = turns_.roll(100);
        if (fate < 5) {
            throw Error(ErrorKind::failed, "the request was lost");
        }
        std::string body;
        http::Response response;
        if (fate < 9) {
            response = support::refuse(503, "SlowDown", body);
        } else if (fate < 13 && request.method == "PUT") {
            response = support::refuse(409, "ConditionalRequestConflict", body);
        } else {
            response = s3_.answer(request, body);
        }
        pause();
        if (fate >= 90) {
            throw Error(ErrorKind::failed, "the reply was lost");
        }
        on_body(body);
        return response;
    }

private:
    void pause() { turns_.pass(me_, std::chrono::milliseconds(turns_.roll(20) == 0 ? 40000 : turns_.roll(400))); }

    SimulatedS3& s3_;
    Turns& turns_;
    int me_;
};

/// A machine with a clock of its own, its way to S3, and the ledger there.
struct Machine {
    Machine(SimulatedS3& world, Turns& turns, int number)
        : me(number), line(world, turns, number),
          dated(line, [&world] { return std::chrono::steady_clock::time_point(world.now.time_since_epoch()); }),
          // Wrong by up to an hour: nothing but a signature may depend on it.
          skew(std::chrono::minutes(turns.roll(121) - 60)), keys(environment),
          client({dated,
                  environment,
                  [&world, this] { return world.now + skew; },
                  {[] { return std::chrono::steady_clock::time_point(); }, [&world, this] { return world.now + skew; },
                   [&turns, number](std::chrono::milliseconds time, const Interruption&) { turns.pass(number, time); },
                   [] { return 0.5; }}},
                 keys, "us-east-1"),
          s3(client), bucket(s3, dated, "shop", [&turns, number](auto time) { turns.pass(number, time); }),
          ledger(bucket, {fmt::format("me@machine{}", number), fmt::format("m{}", number),
                          [](const std::string&) { return std::optional<bool>(); }})
    {}

    /// Whether it believes to hold its lease still.
    [[nodiscard]] bool holds() const { return lease && dated.now().latest < lease->expires_at; }

    std::map<std::string, std::string> environment = {{"AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"},
                                                      {"AWS_SECRET_ACCESS_KEY", "SENTINEL-SECRET"}};
    int me;
    Line line;
    store::DatedTransport dated;
    std::chrono::milliseconds skew;
    aws::EnvironmentKeys keys;
    aws::Client client;
    aws::S3 s3;
    store::Bucket bucket;
    Ledger ledger;
    std::optional<deployment::Lease> lease;
    int approved = 0;
    std::map<std::string, std::string> digests;  ///< what it was told is recorded, by deployment
};

/// What a world of three machines came to.
struct World {
    explicit World(std::uint64_t seed) : turns(seed, s3)
    {
        s3.now = start;
        for (int number = 0; number < 3; ++number) {
            machines.push_back(std::make_unique<Machine>(s3, turns, number));
        }
    }

    void run()
    {
        std::vector<std::thread> threads;
        for (auto& machine : machines) {
            threads.emplace_back([&] {
                turns.join(machine->me);
                for (int round = 0; round < 4; ++round) {
                    act(*machine, round);
                }
                machine->lease.reset();
                turns.leave(machine->me);
            });
        }
        turns.begin(machines.size());
        for (auto& thread : threads) {
            thread.join();
        }
    }

    /// Takes the stage's lease, records under it, gives it back; or is gone for a while in the middle.
    void act(Machine& machine, int round)
    {
        const auto run = fmt::format("r{}-{}", machine.me, round);
        try {
            machine.lease = machine.ledger.take_lease("shop", "stage/dev", run);
            look_for_two_holders();
            auto deployment = support::running_deployment("d" + run, run);
            machine.ledger.record(deployment);
            look_for_two_holders();
            if (turns.roll(4) == 0) {
                turns.pass(machine.me, std::chrono::minutes(turns.roll(5)));
            }
            deployment.digest = "sha256:" + run;
            machine.ledger.record(deployment);
            machine.digests[deployment.id] = deployment.digest;
            if (turns.roll(4) != 0) {  // else it is gone without a word
                const auto lease = *machine.lease;
                machine.lease.reset();  // another may have it before we hear that it was given back
                machine.ledger.release_lease(lease);
            }
        } catch (const Error&) {
            // Held by another, lost, or nobody answered: the rules must hold all the same.
        }
        machine.lease.reset();
        try {
            machine.ledger.record("shop", deployment::Approval{"prod", run, "abc", "sha256:" + run, "me", false,
                                                               deployment::Decision::approved, "",
                                                               machine.bucket.now().earliest});
            ++machine.approved;
        } catch (const Error&) {
            // not promised
        }
    }

    void look_for_two_holders()
    {
        int holders = 0;
        for (const auto& machine : machines) {
            holders += machine->holds() ? 1 : 0;
        }
        two_holders = two_holders || holders > 1;
    }

    SimulatedS3 s3;
    Turns turns;
    std::vector<std::unique_ptr<Machine>> machines;
    bool two_holders = false;
};

/// A ledger that is alone with its bucket, where nothing is lost.
struct Quiet {
    struct Direct final : http::Transport {
        explicit Direct(SimulatedS3& bucket) : s3(bucket) {}
        http::Response send(const http::Request& request, const http::OnBody& on_body, const Interruption&) override
        {
            std::string body;
            auto response = s3.answer(request, body);
            on_body(body);
            return response;
        }
        SimulatedS3& s3;
    };

    explicit Quiet(SimulatedS3& bucket_of)
        : direct(bucket_of), dated(direct, [] { return std::chrono::steady_clock::time_point(); }), keys(environment),
          client({dated, environment, [&bucket_of] { return bucket_of.now; }, http::real_patience()}, keys,
                 "us-east-1"),
          s3(client), bucket(s3, dated, "shop", [](auto) { FAIL("waits"); }),
          ledger(bucket, {"me@reader", fmt::format("q{}", bucket_of.requests),
                          [](const std::string&) { return std::optional<bool>(); }})
    {}

    std::map<std::string, std::string> environment = {{"AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"},
                                                      {"AWS_SECRET_ACCESS_KEY", "SENTINEL-SECRET"}};
    Direct direct;
    store::DatedTransport dated;
    aws::EnvironmentKeys keys;
    aws::Client client;
    aws::S3 s3;
    store::Bucket bucket;
    Ledger ledger;
};

std::uint64_t number_from(const char* name, std::uint64_t otherwise)
{
    const auto* text = std::getenv(name);
    return text == nullptr ? otherwise : std::stoull(text);
}

}  // namespace

TEST_CASE("three machines agree by a bucket whatever is lost, late or in conflict", "[store]")
{
    // One seed again: TINYSTACKS_SEED=N TINYSTACKS_SEEDS=1
    const auto first = number_from("TINYSTACKS_SEED", 1);
    const auto seeds = number_from("TINYSTACKS_SEEDS", 150);
    std::uint64_t promised = 0;
    for (auto seed = first; seed < first + seeds; ++seed) {
        CAPTURE(seed);
        World world(seed);
        world.run();
        REQUIRE_FALSE(world.two_holders);
        Quiet reader(world.s3);
        const auto book = reader.ledger.read("shop");
        REQUIRE(book.number == world.s3.objects.size());
        for (const auto& machine : world.machines) {
            const auto mine = std::ranges::count_if(book.approvals, [&](const deployment::Approval& each) {
                return each.deployment.starts_with(fmt::format("r{}-", machine->me));
            });
            REQUIRE(mine >= machine->approved);
            for (const auto& [id, digest] : machine->digests) {
                const auto found = find_deployment(book, id);
                REQUIRE(found.has_value());
                REQUIRE(found->digest == digest);
                ++promised;
            }
        }
    }
    CHECK(promised > seeds);
}

TEST_CASE("a bucket's ledger of any length is read with one list and at most three objects", "[store]")
{
    SimulatedS3 s3;
    s3.now = start;
    Quiet writer(s3);
    const auto record = [&](int number) {
        auto deployment = support::ended_deployment("d" + std::to_string(number), "r1");
        deployment.stage = "stage" + std::to_string(number % 10);
        writer.ledger.record(deployment);
    };
    std::size_t most = 0;
    for (int number = 1; number <= 230; ++number) {
        record(number);
        Quiet reader(s3);
        const auto before = s3.requests;
        const auto book = reader.ledger.read("shop");
        most = std::max(most, s3.requests - before);
        REQUIRE(book.number == static_cast<std::uint64_t>(number));
        REQUIRE(find_current(book, "stage" + std::to_string(number % 10))->id == "d" + std::to_string(number));
    }
    CHECK(most <= 4);

    SECTION("and what is known is not read again")
    {
        Quiet reader(s3);
        (void)reader.ledger.read("shop");
        const auto before = s3.requests;
        (void)reader.ledger.read("shop");
        CHECK(s3.requests - before == 1);
        record(231);
        (void)reader.ledger.read("shop");
        CHECK(s3.requests - before == 4);  // the writer's put, and ours: a list and one object
    }
    SECTION("and one that was removed and begun again is read from its beginning")
    {
        Quiet reader(s3);
        (void)reader.ledger.read("shop");
        s3.objects.clear();
        CHECK(reader.ledger.read("shop").number == 0);
        Quiet another(s3);
        another.ledger.record(support::ended_deployment("new", "r1"));
        CHECK(reader.ledger.find("shop", "new").has_value());
        CHECK(reader.ledger.read("shop").number == 1);
    }
    SECTION("and one that lacks an entry is refused")
    {
        s3.objects.erase("tinystacks/shop/ledger/999999999799-000000000200.json");
        Quiet reader(s3);
        CHECK_THROWS_AS(reader.ledger.read("shop"), Error);
    }
}

TEST_CASE("ten stages are known from a bucket of ten thousand entries with four requests", "[store]")
{
#ifdef NDEBUG
    constexpr int entries = 9'999;
#else
    constexpr int entries = 999;  // writing more takes too long with sanitizers
#endif
    SimulatedS3 s3;
    s3.now = start;
    {
        Quiet writer(s3);
        for (int number = 1; number <= entries; ++number) {
            auto deployment = support::ended_deployment("d" + std::to_string(number), "r1");
            deployment.stage = "stage" + std::to_string(number % 10);
            writer.ledger.record(deployment);
        }
    }
    Quiet reader(s3);
    const auto before = s3.requests;
    const auto book = reader.ledger.read("shop");
    CHECK(s3.requests - before <= 4);
    for (int stage = 0; stage < 10; ++stage) {
        CHECK(find_current(book, "stage" + std::to_string(stage))->id == "d" + std::to_string(entries - 9 + stage));
    }
}
