#include "store/detail/tables.hpp"

#include "store/detail/deployment_json.hpp"

#include <SQLiteCpp/Statement.h>

#include <algorithm>
#include <limits>

namespace tinystacks::store::tables {
namespace {

using deployment::BuildRecord;
using deployment::Deployment;
using deployment::Lease;

std::int64_t number(Time time)
{
    return time.time_since_epoch().count();
}

Time time(const SQLite::Column& column)
{
    return Time(std::chrono::milliseconds(column.getInt64()));
}

void bind(SQLite::Statement& statement, int index, const std::string& text)
{
    statement.bind(index, text);
}

void bind(SQLite::Statement& statement, int index, std::int64_t value)
{
    statement.bind(index, value);
}

/// A statement with its values, in the order of its question marks.
template <typename... Values>
SQLite::Statement prepare(SQLite::Database& database, const char* sql, const Values&... values)
{
    SQLite::Statement statement(database, sql);
    int index = 0;
    (bind(statement, ++index, values), ...);
    return statement;
}

std::int64_t row_limit(std::size_t limit)
{
    return static_cast<std::int64_t>(std::min<std::size_t>(limit, std::numeric_limits<std::int64_t>::max()));
}

std::vector<Run> read_runs(SQLite::Statement&& statement)
{
    std::vector<Run> runs;
    while (statement.executeStep()) {
        auto& run = runs.emplace_back();
        run.id = statement.getColumn(0).getString();
        run.kind = statement.getColumn(1).getString();
        run.stack = statement.getColumn(2).getString();
        run.request = statement.getColumn(3).getString();
        run.started_at = time(statement.getColumn(4));
        if (!statement.isColumnNull(5)) {
            run.ended_at = time(statement.getColumn(5));
        }
        run.result = statement.getColumn(6).getString();
    }
    return runs;
}

std::vector<Deployment> read_deployments(SQLite::Statement&& statement)
{
    std::vector<Deployment> deployments;
    while (statement.executeStep()) {
        deployments.push_back(deployment_from_json(statement.getColumn(0).getString()));
    }
    return deployments;
}

template <typename Row>
std::optional<Row> first(std::vector<Row> rows)
{
    return rows.empty() ? std::nullopt : std::optional(std::move(rows.front()));
}

}  // namespace

void insert_run(SQLite::Database& database, const Run& run, const ProcessMark& process)
{
    prepare(database,
            "INSERT INTO run (id, kind, stack, request, started_at, pid, pid_started, boot, space) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            run.id, run.kind, run.stack, run.request, number(run.started_at), std::int64_t{process.pid},
            static_cast<std::int64_t>(process.started), process.boot, process.space)
        .exec();
}

bool end_run(SQLite::Database& database, const std::string& id, const std::string& result, Time now)
{
    return prepare(database, "UPDATE run SET ended_at = ?, result = ? WHERE id = ?", number(now), result, id).exec() !=
           0;
}

std::optional<Run> find_run(SQLite::Database& database, const std::string& id)
{
    return first(read_runs(
        prepare(database, "SELECT id, kind, stack, request, started_at, ended_at, result FROM run WHERE id = ?", id)));
}

std::vector<Run> runs(SQLite::Database& database, const std::string& stack, std::size_t limit)
{
    return read_runs(prepare(database,
                             "SELECT id, kind, stack, request, started_at, ended_at, result FROM run "
                             "WHERE (?1 = '' OR stack = ?1) ORDER BY sequence DESC LIMIT ?2",
                             stack, static_cast<std::int64_t>(limit)));
}

std::optional<ProcessMark> find_process(SQLite::Database& database, const std::string& run)
{
    auto statement =
        prepare(database, "SELECT pid, pid_started, boot, space FROM run WHERE id = ? AND ended_at IS NULL", run);
    if (!statement.executeStep()) {
        return std::nullopt;
    }
    return ProcessMark{static_cast<pid_t>(statement.getColumn(0).getInt64()),
                       static_cast<std::uint64_t>(statement.getColumn(1).getInt64()),
                       statement.getColumn(2).getString(), statement.getColumn(3).getString()};
}

std::optional<Lease> find_lease(SQLite::Database& database, const std::string& stack, const std::string& what)
{
    auto statement = prepare(database,
                             "SELECT owner, run, fence, taken_at, expires_at FROM lease "
                             "WHERE group_name = '' AND customer = '' AND stack = ? AND what = ?",
                             stack, what);
    if (!statement.executeStep()) {
        return std::nullopt;
    }
    Lease lease;
    lease.stack = stack;
    lease.what = what;
    lease.owner = statement.getColumn(0).getString();
    lease.run = statement.getColumn(1).getString();
    lease.fence = static_cast<std::uint64_t>(statement.getColumn(2).getInt64());
    lease.taken_at = time(statement.getColumn(3));
    lease.expires_at = time(statement.getColumn(4));
    return lease;
}

bool holds_lease(SQLite::Database& database, const std::string& run, Time now)
{
    return prepare(database, "SELECT 1 FROM lease WHERE run = ? AND expires_at > ?", run, number(now)).executeStep();
}

void put_lease(SQLite::Database& database, const Lease& lease)
{
    prepare(database,
            "INSERT INTO lease (stack, what, owner, run, fence, taken_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (group_name, customer, stack, what) DO UPDATE SET owner = excluded.owner, run = excluded.run, "
            "fence = excluded.fence, taken_at = excluded.taken_at, expires_at = excluded.expires_at",
            lease.stack, lease.what, lease.owner, lease.run, static_cast<std::int64_t>(lease.fence),
            number(lease.taken_at), number(lease.expires_at))
        .exec();
}

void free_lease(SQLite::Database& database, const Lease& lease)
{
    prepare(database,
            "UPDATE lease SET run = '' WHERE group_name = '' AND customer = '' AND stack = ? AND what = ? "
            "AND run = ? AND fence = ?",
            lease.stack, lease.what, lease.run, static_cast<std::int64_t>(lease.fence))
        .exec();
}

void insert_build(SQLite::Database& database, const BuildRecord& build)
{
    prepare(database, "INSERT INTO build (stack, commit_id, digest, run, built_at) VALUES (?, ?, ?, ?, ?)", build.stack,
            build.commit, build.digest, build.run, number(build.built_at))
        .exec();
}

std::optional<BuildRecord> find_build(SQLite::Database& database, const std::string& stack, const std::string& commit)
{
    auto statement = prepare(database,
                             "SELECT digest, run, built_at FROM build WHERE stack = ? AND commit_id = ? "
                             "ORDER BY sequence DESC LIMIT 1",
                             stack, commit);
    if (!statement.executeStep()) {
        return std::nullopt;
    }
    return BuildRecord{stack, commit, statement.getColumn(0).getString(), statement.getColumn(1).getString(),
                       time(statement.getColumn(2))};
}

void put_deployment(SQLite::Database& database, const Deployment& deployment)
{
    prepare(database,
            "INSERT INTO deployment (id, run, stack, stage, state, outcome, started_at, document) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET run = excluded.run, stack = excluded.stack, stage = excluded.stage, "
            "state = excluded.state, outcome = excluded.outcome, started_at = excluded.started_at, "
            "document = excluded.document",
            deployment.id, deployment.run, deployment.stack, deployment.stage, std::string(to_string(deployment.state)),
            std::string(to_string(deployment.verdict.outcome)), number(deployment.started_at), to_json_text(deployment))
        .exec();
}

std::optional<Deployment> find_deployment(SQLite::Database& database, const std::string& id)
{
    return first(read_deployments(prepare(database, "SELECT document FROM deployment WHERE id = ?", id)));
}

std::vector<Deployment> history(SQLite::Database& database, const std::string& stack, const std::string& stage,
                                std::size_t limit)
{
    return read_deployments(prepare(database,
                                    "SELECT document FROM deployment WHERE stack = ?1 AND (?2 = '' OR stage = ?2) "
                                    "ORDER BY sequence DESC LIMIT ?3",
                                    stack, stage, row_limit(limit)));
}

std::vector<Deployment> running(SQLite::Database& database, const std::string& stack, const std::string& stage)
{
    return read_deployments(prepare(database,
                                    "SELECT document FROM deployment WHERE state = 'running' AND stack = ?1 "
                                    "AND (?2 = '' OR stage = ?2)",
                                    stack, stage));
}

std::optional<Deployment> find_current(SQLite::Database& database, const std::string& stack, const std::string& stage)
{
    return first(read_deployments(prepare(database,
                                          "SELECT document FROM deployment WHERE stack = ? AND stage = ? "
                                          "AND state = 'ended' AND outcome = 'succeeded' "
                                          "ORDER BY sequence DESC LIMIT 1",
                                          stack, stage)));
}

}  // namespace tinystacks::store::tables
