#pragma once

#include "deployment/ledger.hpp"
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

/// The lease's row, whose run is empty when nobody holds it.
[[nodiscard]] std::optional<deployment::Lease> find_lease(SQLite::Database& database, const std::string& stack,
                                                          const std::string& what);
[[nodiscard]] bool holds_lease(SQLite::Database& database, const std::string& run, Time now);
void put_lease(SQLite::Database& database, const deployment::Lease& lease);
void free_lease(SQLite::Database& database, const deployment::Lease& lease);

void insert_build(SQLite::Database& database, const deployment::BuildRecord& build);
[[nodiscard]] std::optional<deployment::BuildRecord> find_build(SQLite::Database& database, const std::string& stack,
                                                                const std::string& commit);

void put_deployment(SQLite::Database& database, const deployment::Deployment& deployment);
[[nodiscard]] std::optional<deployment::Deployment> find_deployment(SQLite::Database& database, const std::string& id);
/// Newest first; every stage when `stage` is empty.
[[nodiscard]] std::vector<deployment::Deployment> history(SQLite::Database& database, const std::string& stack,
                                                          const std::string& stage, std::size_t limit);
[[nodiscard]] std::vector<deployment::Deployment> running(SQLite::Database& database, const std::string& stack,
                                                          const std::string& stage);
[[nodiscard]] std::optional<deployment::Deployment> find_current(SQLite::Database& database, const std::string& stack,
                                                                 const std::string& stage);

}  // namespace tinystacks::store::tables
