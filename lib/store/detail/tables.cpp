#include "store/detail/tables.hpp"

#include <SQLiteCpp/Statement.h>

namespace tinystacks::store::tables {
namespace {

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

std::vector<std::string> read_texts(SQLite::Statement&& statement)
{
    std::vector<std::string> texts;
    while (statement.executeStep()) {
        texts.push_back(statement.getColumn(0).getString());
    }
    return texts;
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

std::vector<std::string> entries(SQLite::Database& database, const std::string& stack, std::uint64_t after)
{
    return read_texts(prepare(database,
                              "SELECT document FROM entry WHERE group_name = '' AND customer = '' AND stack = ? "
                              "AND number > ? ORDER BY number",
                              stack, static_cast<std::int64_t>(after)));
}

std::string find_entry_id(SQLite::Database& database, const std::string& stack, std::uint64_t number)
{
    return first(read_texts(prepare(database,
                                    "SELECT id FROM entry WHERE group_name = '' AND customer = '' AND stack = ? "
                                    "AND number = ?",
                                    stack, static_cast<std::int64_t>(number))))
        .value_or("");
}

std::optional<std::string> find_sum(SQLite::Database& database, const std::string& stack)
{
    return first(read_texts(prepare(database,
                                    "SELECT sum FROM entry WHERE group_name = '' AND customer = '' AND stack = ? "
                                    "AND sum <> '' ORDER BY number DESC LIMIT 1",
                                    stack)));
}

bool insert_entry(SQLite::Database& database, const std::string& stack, const deployment::Entry& entry,
                  const std::string& document, const std::string& sum)
{
    return prepare(database,
                   "INSERT INTO entry (stack, number, id, document, sum) VALUES (?, ?, ?, ?, ?) "
                   "ON CONFLICT (group_name, customer, stack, number) DO NOTHING",
                   stack, static_cast<std::int64_t>(entry.number), entry.id, document, sum)
               .exec() != 0;
}

}  // namespace tinystacks::store::tables
