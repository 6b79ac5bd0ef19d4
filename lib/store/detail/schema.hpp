#pragma once

#include "base/time.hpp"

#include <SQLiteCpp/Database.h>

#include <filesystem>

namespace tinystacks::store {

/// Brings the database to this program's schema, one migration a transaction, so that a crash leaves the old or the
/// new one. Throws Error{failed}, before anything is written, when it is newer or somebody else's.
void migrate(SQLite::Database& database, const std::filesystem::path& path, Time now);

}  // namespace tinystacks::store
