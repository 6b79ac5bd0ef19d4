#include "base/error.hpp"
#include "base/file.hpp"
#include "base/temp_dir.hpp"
#include "store/store.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/samples.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

using namespace tinystacks;
using deployment::Ledger;
using deployment::State;
using store::Store;

namespace {

const Time noon{std::chrono::milliseconds(1795521600000)};

unsigned mode_of(const std::filesystem::path& path)
{
    struct stat about = {};
    REQUIRE(::stat(path.c_str(), &about) == 0);
    return about.st_mode & 07777U;
}

store::Run run_of(const std::string& id, const std::string& kind = "deploy", const std::string& stack = "shop")
{
    return {id, kind, stack, R"({"stage":"dev"})", noon, {}, {}};
}

/// Opens the store of `directory`, which must be refused without a byte of its file being changed.
Error refusal(const TempDir& directory)
{
    const auto path = directory.path() / "state.db";
    const auto before = read_file(path, 1 << 20);
    try {
        const Store store(directory.path(), system_time);
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::failed);
        CHECK_FALSE(error.hint().empty());
        CHECK(read_file(path, 1 << 20) == before);
        return error;
    }
    throw std::runtime_error("not refused");
}

}  // namespace

TEST_CASE("Store keeps its files from others, whatever the umask", "[store]")
{
    const TempDir parent;
    const auto directory = parent.path() / "state" / "tinystacks";
    const auto before = ::umask(0);
    Store store(directory, system_time);
    Ledger ledger(store, store.writer());
    store.begin_run(run_of("r1"));
    ::umask(before);
    CHECK(mode_of(parent.path() / "state") == 0700);
    CHECK(mode_of(directory) == 0700);
    CHECK(mode_of(directory / "state.db") == 0600);
    CHECK(std::distance(std::filesystem::directory_iterator(directory), {}) == 1);
}

TEST_CASE("Store makes the newest schema of an empty database, once", "[store]")
{
    const TempDir directory;
    std::ofstream(directory.path() / "state.db").close();
    for (int i = 0; i < 2; ++i) {
        const Store store(directory.path(), system_time);
    }
    const SQLite::Database database(directory.path() / "state.db");
    SQLite::Statement versions(database, "SELECT version FROM schema_version ORDER BY version");
    int expected = 0;
    while (versions.executeStep()) {
        CHECK(versions.getColumn(0).getInt() == ++expected);
    }
    CHECK(expected >= 1);
    // Whose a row is stands in every row.
    SQLite::Statement without(database, "SELECT name FROM sqlite_schema AS t WHERE type = 'table' AND name NOT LIKE "
                                        "'sqlite_%' AND (SELECT count(*) FROM pragma_table_info(t.name) "
                                        "WHERE name IN ('group_name', 'customer')) <> 2");
    CHECK_FALSE(without.executeStep());
}

TEST_CASE("Store refuses a database of a newer version, untouched", "[store]")
{
    const TempDir directory;
    {
        const Store store(directory.path(), system_time);
    }
    {
        SQLite::Database database(directory.path() / "state.db", SQLite::OPEN_READWRITE);
        database.exec("INSERT INTO schema_version (version, applied_at) VALUES (1000, 0)");
    }
    CHECK(refusal(directory).message().find("newer version") != std::string::npos);
}

TEST_CASE("Store refuses what is not its database, untouched", "[store]")
{
    const TempDir directory;
    const auto path = directory.path() / "state.db";
    SECTION("a text")
    {
        std::ofstream(path) << std::string(5000, 'x');
    }
    SECTION("a torn page")
    {
        {
            const Store store(directory.path(), system_time);
        }
        std::fstream file(path, std::ios::in | std::ios::out);
        file.seekp(100);
        file << std::string(200, '\xFF');
    }
    SECTION("another program's database")
    {
        SQLite::Database(path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec("CREATE TABLE x (y)");
    }
    CHECK(refusal(directory).message().find(path.string()) != std::string::npos);
}

TEST_CASE("Store keeps runs and finds the newest", "[store]")
{
    const TempDir directory;
    {
        Store store(directory.path(), [] { return noon + std::chrono::hours(1); });
        Ledger ledger(store, store.writer());
        store.begin_run(run_of("r1"));
        store.begin_run(run_of("r2", "build"));
        store.begin_run(run_of("r3", "deploy", "other"));
        store.end_run("r1", R"({"exit_code":0})");
    }
    Store store(directory.path(), system_time);
    Ledger ledger(store, store.writer());
    const auto run = store.find_run("r1");
    REQUIRE(run.has_value());
    CHECK(run->request == R"({"stage":"dev"})");
    CHECK(run->started_at == noon);
    CHECK(run->ended_at == noon + std::chrono::hours(1));
    CHECK(run->result == R"({"exit_code":0})");
    CHECK_FALSE(store.find_run("r2")->ended_at.has_value());
    CHECK_FALSE(store.find_run("r9").has_value());

    CHECK(store.runs("", 1).front().id == "r3");
    const auto of_shop = store.runs("shop", 10);
    REQUIRE(of_shop.size() == 2);
    CHECK(of_shop[0].id == "r2");
    CHECK(of_shop[1].id == "r1");
    CHECK(store.runs("nobody", 10).empty());
    CHECK_THROWS_AS(store.end_run("r9", ""), Error);

    CHECK(store.is_alive("r2"));
    CHECK_FALSE(store.is_alive("r1"));
    CHECK_FALSE(store.is_alive("r9"));
}

TEST_CASE("Store finds a commit's last build", "[store]")
{
    const TempDir directory;
    Store store(directory.path(), system_time);
    Ledger ledger(store, store.writer());
    ledger.record_build({"shop", "abc", "sha256:1", "r1", noon});
    ledger.record_build({"shop", "abc", "sha256:2", "r2", noon});
    ledger.record_build({"other", "abc", "sha256:3", "r3", noon});
    CHECK(ledger.find_build("shop", "abc") == deployment::BuildRecord{"shop", "abc", "sha256:2", "r2", noon});
    CHECK_FALSE(ledger.find_build("shop", "abd").has_value());
}

TEST_CASE("Store keeps deployments, newest first", "[store]")
{
    const TempDir directory;
    Store store(directory.path(), system_time);
    Ledger ledger(store, store.writer());
    store.begin_run(run_of("r1"));
    const auto first = support::ended_deployment("d1", "r1");
    ledger.record(first);
    ledger.record(support::running_deployment("d2", "r1"));
    auto elsewhere = support::ended_deployment("d3", "r1");
    elsewhere.stage = "prod";
    ledger.record(elsewhere);

    CHECK(ledger.find("shop", "d1") == first);
    CHECK_FALSE(ledger.find("shop", "d9").has_value());
    CHECK(ledger.find("shop", "d2")->state == State::running);
    CHECK(ledger.find_current("shop", "dev") == first);

    auto failed = support::ended_deployment("d2", "r1");
    failed.verdict.outcome = deployment::Outcome::failed;
    ledger.record(failed);
    const auto history = ledger.history("shop", "dev", 10);
    REQUIRE(history.size() == 2);
    CHECK(history[0] == failed);
    CHECK(history[1] == first);
    CHECK(ledger.history("shop", "dev", 1).size() == 1);
    CHECK(ledger.history("shop", "", 10).front() == elsewhere);
    CHECK(ledger.history("other", "", 10).empty());
    CHECK(ledger.find_current("shop", "dev") == first);
    CHECK_FALSE(ledger.find_current("shop", "staging").has_value());
}

TEST_CASE("Store binds values, whatever they hold", "[store]")
{
    const TempDir directory;
    Store store(directory.path(), system_time);
    Ledger ledger(store, store.writer());
    const std::string odd = "'); DROP TABLE run; --\n\xF0\x9F\x98\x80";
    store.begin_run({odd, odd, odd, odd, noon, {}, {}});
    ledger.record_build({odd, odd, odd, odd, noon});
    CHECK(store.find_run(odd)->request == odd);
    CHECK(store.runs(odd, 1).front().id == odd);
    CHECK(ledger.find_build(odd, odd)->digest == odd);
}

TEST_CASE("Store carries the builds and deployments of schema 1 into the ledger", "[store]")
{
    const TempDir directory;
    {
        // As schema 1 had them, with rows that it would have written.
        SQLite::Database database(directory.path() / "state.db", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
        database.exec(read_file(TS_FIXTURES "/store/schema-1.sql", 1 << 20));
    }
    Store store(directory.path(), system_time);
    Ledger ledger(store, store.writer());
    CHECK(ledger.find_build("shop", "abc") ==
          deployment::BuildRecord{"shop", "abc", "sha256:2", "r1", noon + std::chrono::milliseconds(250)});
    CHECK(ledger.find_build("other", "abc")->digest == "sha256:3");
    const auto history = ledger.history("shop", "dev", 10);
    REQUIRE(history.size() == 2);
    CHECK(history[0].id == "d2");
    CHECK(history[1].digest == "sha256:1");
    CHECK(ledger.find_current("shop", "dev")->id == "d1");
    // And it goes on from there.
    CHECK(ledger.take_lease("shop", "build", "r1").fence == 1);
    CHECK(ledger.read("shop").number == 5);
}
