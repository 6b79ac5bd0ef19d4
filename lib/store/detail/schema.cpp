#include "store/detail/schema.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>

#include <array>

namespace tinystacks::store {
namespace {

/// The first makes version 1 of an empty database, the next version 2 of that, and so on. What was released is never
/// changed, only followed. Times are milliseconds since 1970; every row has its owners for when there are any.
constexpr std::array migrations = {
    R"(
CREATE TABLE schema_version (
    version INTEGER PRIMARY KEY,
    applied_at INTEGER NOT NULL,
    group_name TEXT NOT NULL DEFAULT '',
    customer TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE run (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    group_name TEXT NOT NULL DEFAULT '',
    customer TEXT NOT NULL DEFAULT '',
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    stack TEXT NOT NULL,
    request TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    result TEXT NOT NULL DEFAULT '',
    pid INTEGER NOT NULL,
    pid_started INTEGER NOT NULL,
    boot TEXT NOT NULL,
    space TEXT NOT NULL
) STRICT;
CREATE INDEX run_newest ON run (stack, kind, sequence);

CREATE TABLE lease (
    group_name TEXT NOT NULL DEFAULT '',
    customer TEXT NOT NULL DEFAULT '',
    stack TEXT NOT NULL,
    what TEXT NOT NULL,
    owner TEXT NOT NULL,
    run TEXT NOT NULL, -- empty when nobody holds it; the row stays, for its fence
    fence INTEGER NOT NULL,
    taken_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (group_name, customer, stack, what)
) STRICT;

CREATE TABLE build (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    group_name TEXT NOT NULL DEFAULT '',
    customer TEXT NOT NULL DEFAULT '',
    stack TEXT NOT NULL,
    commit_id TEXT NOT NULL,
    digest TEXT NOT NULL,
    run TEXT NOT NULL,
    built_at INTEGER NOT NULL
) STRICT;
CREATE INDEX build_newest ON build (stack, commit_id, sequence);

CREATE TABLE deployment (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    group_name TEXT NOT NULL DEFAULT '',
    customer TEXT NOT NULL DEFAULT '',
    id TEXT NOT NULL UNIQUE,
    run TEXT NOT NULL,
    stack TEXT NOT NULL,
    stage TEXT NOT NULL,
    state TEXT NOT NULL,
    outcome TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    document TEXT NOT NULL
) STRICT;
CREATE INDEX deployment_newest ON deployment (stack, stage, sequence);
CREATE INDEX deployment_running ON deployment (stack, stage) WHERE state = 'running';
)",
    // The ledger became one list of entries a stack; leases do not outlive the version that took them.
    R"(
CREATE TABLE entry (
    group_name TEXT NOT NULL DEFAULT '',
    customer TEXT NOT NULL DEFAULT '',
    stack TEXT NOT NULL,
    number INTEGER NOT NULL,
    id TEXT NOT NULL,
    document TEXT NOT NULL,
    sum TEXT NOT NULL DEFAULT '', -- the book with this entry in it, where reading may start
    PRIMARY KEY (group_name, customer, stack, number)
) STRICT;
CREATE INDEX entry_sums ON entry (group_name, customer, stack, number) WHERE sum <> '';

CREATE TEMPORARY TABLE old AS
SELECT stack, row_number() OVER (PARTITION BY stack ORDER BY class, sequence) AS number, act FROM (
    SELECT stack, 1 AS class, sequence, json_object('act', 'built', 'fence', 0, 'build', json_object(
        'stack', stack, 'commit', commit_id, 'digest', digest, 'run', run,
        'built_at', strftime('%Y-%m-%dT%H:%M:%fZ', built_at / 1000.0, 'unixepoch'))) AS act FROM build
    UNION ALL
    SELECT stack, 2, sequence, json_object('act', 'deployment', 'fence', 0, 'deployment', json(document))
    FROM deployment);
INSERT INTO entry (stack, number, id, document)
SELECT stack, number, 'version 1, ' || number, json_patch(act, json_object(
    'number', number, 'id', 'version 1, ' || number,
    'previous', CASE number WHEN 1 THEN '' ELSE 'version 1, ' || (number - 1) END,
    'writer', 'tinystacks, schema 1', 'at', strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))) FROM old;
DROP TABLE old;
DROP TABLE lease;
DROP TABLE build;
DROP TABLE deployment;
)",
};

constexpr int newest = static_cast<int>(migrations.size());

int version_of(SQLite::Database& database, const std::filesystem::path& path)
{
    SQLite::Statement tables(database, "SELECT count(*), coalesce(sum(name = 'schema_version'), 0) FROM sqlite_schema "
                                       "WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
    tables.executeStep();
    if (tables.getColumn(0).getInt() == 0) {
        return 0;
    }
    if (tables.getColumn(1).getInt() == 0) {
        throw Error(ErrorKind::failed, "'{}' is a database of another program", path.string())
            .with_hint(fmt::format("mv {0} {0}.other", shell_quote(path.string())));
    }
    SQLite::Statement version(database, "SELECT coalesce(max(version), 0) FROM schema_version");
    version.executeStep();
    return version.getColumn(0).getInt();
}

/// The version there is now; one step further when it is not the newest.
int step(SQLite::Database& database, const std::filesystem::path& path, Time now)
{
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    // Asked again under the lock: another process may have been first.
    const auto version = version_of(database, path);
    if (version >= newest) {
        return version;
    }
    database.exec(migrations.at(static_cast<std::size_t>(version)));
    SQLite::Statement insert(database, "INSERT INTO schema_version (version, applied_at) VALUES (?, ?)");
    insert.bind(1, version + 1);
    insert.bind(2, static_cast<std::int64_t>(now.time_since_epoch().count()));
    insert.exec();
    transaction.commit();
    return version + 1;
}

}  // namespace

void migrate(SQLite::Database& database, const std::filesystem::path& path, Time now)
{
    auto version = version_of(database, path);
    while (version < newest) {
        version = step(database, path, now);
    }
    if (version > newest) {
        throw Error(ErrorKind::failed,
                    "'{}' was written by a newer version of tinystacks (schema {}, this one knows {})", path.string(),
                    version, newest)
            .with_hint("install the newer version of tinystacks again");
    }
}

}  // namespace tinystacks::store
