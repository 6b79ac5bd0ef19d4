#pragma once

#include "deployment/entry.hpp"
#include "store/detail/liveness.hpp"
#include "store/store.hpp"

#include <SQLiteCpp/Database.h>

#include <optional>
#include <string>
#include <vector>

/// Every statement but the schema's, one function each. All may throw SQLite::Exception.
namespace tinystacks::store::tables {

void insert_run(SQLite::Database& database, const Run& run, const ProcessMark& process);
/// False when there is no such run.
bool end_run(SQLite::Database& database, const std::string& id, const std::string& result, Time now);
[[nodiscard]] std::optional<Run> find_run(SQLite::Database& database, const std::string& id);
[[nodiscard]] std::vector<Run> runs(SQLite::Database& database, const std::string& stack, std::size_t limit);
/// The process of a run that has not ended.
[[nodiscard]] std::optional<ProcessMark> find_process(SQLite::Database& database, const std::string& run);

/// The documents of the entries behind `after`, in order.
[[nodiscard]] std::vector<std::string> entries(SQLite::Database& database, const std::string& stack,
                                               std::uint64_t after);
[[nodiscard]] std::string find_entry_id(SQLite::Database& database, const std::string& stack, std::uint64_t number);
/// The newest book that is kept beside an entry.
[[nodiscard]] std::optional<std::string> find_sum(SQLite::Database& database, const std::string& stack);
/// False when the stack has an entry of that number. `sum` is kept beside it unless it is empty.
bool insert_entry(SQLite::Database& database, const std::string& stack, const deployment::Entry& entry,
                  const std::string& document, const std::string& sum);

}  // namespace tinystacks::store::tables
