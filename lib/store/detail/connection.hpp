#pragma once

#include "base/error.hpp"
#include "base/time.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Transaction.h>

#include <filesystem>
#include <mutex>
#include <optional>
#include <string_view>

namespace tinystacks::store {

/// The one connection of a store, behind one mutex.
///
/// Neither the file nor the connection may be opened a second time or used after fork(2): closing any descriptor of the
/// file drops the process's locks on it. Source: sqlite.org, howtocorrupt, sections 2.2 and 2.6.
class Connection {
public:
    /// Opens or creates `directory`/state.db and brings its schema up to date. Throws Error{failed}.
    Connection(const std::filesystem::path& directory, Time now);

    /// Runs `work` with the database alone, without a transaction of its own: for one SELECT.
    template <typename Work>
    auto read(const Work& work)
    {
        const std::lock_guard lock(mutex_);
        try {
            return work(*database_);
        } catch (const SQLite::Exception& error) {
            throw to_error(error);
        }
    }

    /// Runs `work` in a transaction, committed durably when it returns and undone when it throws.
    template <typename Work>
    auto write(const Work& work)
    {
        return read([&](SQLite::Database& database) {
            // IMMEDIATE: a transaction that began by reading cannot wait for its turn to write.
            SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
            if constexpr (std::is_void_v<decltype(work(database))>) {
                work(database);
                transaction.commit();
            } else {
                auto result = work(database);
                transaction.commit();
                return result;
            }
        });
    }

private:
    [[nodiscard]] Error to_error(const SQLite::Exception& error) const;

    std::filesystem::path path_;
    std::optional<SQLite::Database> database_;
    std::mutex mutex_;
};

/// The name of a file system on which locks cannot be relied on, by its number in statfs(2); empty for all others.
/// Source: linux/magic.h.
[[nodiscard]] std::optional<std::string_view> find_network_file_system(unsigned long magic);

}  // namespace tinystacks::store
