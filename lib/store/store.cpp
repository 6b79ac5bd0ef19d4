#include "store/store.hpp"

#include "base/crash_point.hpp"
#include "base/error.hpp"
#include "store/detail/connection.hpp"
#include "store/detail/entry_json.hpp"
#include "store/detail/liveness.hpp"
#include "store/detail/tables.hpp"

#include <nlohmann/json.hpp>

#include <random>

namespace tinystacks::store {
namespace {

/// Whether what a run began may still go on; empty when that cannot be seen from here.
std::optional<bool> lives(SQLite::Database& database, const std::string& run)
{
    if (!tables::find_run(database, run)) {
        return std::nullopt;
    }
    const auto process = tables::find_process(database, run);
    if (!process) {
        return false;
    }
    const auto life = life_of(*process);
    return life == Life::unknown ? std::nullopt : std::optional(life == Life::lives);
}

std::string make_nonce()
{
    std::random_device random;
    return fmt::format("{:08x}{:08x}", random(), random());
}

}  // namespace

struct Store::Database : Connection {
    using Connection::Connection;
};

Store::Store(const std::filesystem::path& directory, Clock clock)
    : database_(std::make_unique<Database>(directory, clock())), clock_(std::move(clock))
{}

Store::~Store() = default;

void Store::begin_run(const Run& run)
{
    const auto process = this_process();
    database_->write([&](SQLite::Database& database) { tables::insert_run(database, run, process); });
    crash_point("a run was begun");
}

void Store::end_run(const std::string& id, const std::string& result)
{
    const bool found =
        database_->write([&](SQLite::Database& database) { return tables::end_run(database, id, result, clock_()); });
    if (!found) {
        throw Error(ErrorKind::not_found, "there is no run '{}'", id);
    }
    crash_point("a run was ended");
}

std::optional<Run> Store::find_run(const std::string& id)
{
    return database_->read([&](SQLite::Database& database) { return tables::find_run(database, id); });
}

std::vector<Run> Store::runs(const std::string& stack, std::size_t limit)
{
    return database_->read([&](SQLite::Database& database) { return tables::runs(database, stack, limit); });
}

bool Store::is_alive(const std::string& run)
{
    return database_->read([&](SQLite::Database& database) {
        // One that cannot be seen is believed while it has not ended.
        return lives(database, run).value_or(tables::find_process(database, run).has_value());
    });
}

deployment::Ledger::Writer Store::writer()
{
    return {describe_this_process(), make_nonce(), [this](const std::string& run) {
                return database_->read([&](SQLite::Database& database) { return lives(database, run); });
            }};
}

deployment::Entries::Reading Store::read(const std::string& stack, std::uint64_t after, const std::string& last)
{
    return database_->read([&](SQLite::Database& database) {
        Reading reading;
        auto from = after;
        if (after == 0 || tables::find_entry_id(database, stack, after) != last) {
            from = 0;
            if (const auto text = tables::find_sum(database, stack)) {
                reading.book = book_from_json(parse_stored(*text));
                from = reading.book->number;
            }
        }
        for (const auto& text : tables::entries(database, stack, from)) {
            reading.entries.push_back(entry_from_json(parse_stored(text)));
        }
        return reading;
    });
}

deployment::Appended Store::append(const std::string& stack, const deployment::Entry& entry,
                                   const deployment::Book& sum)
{
    const auto text = to_text(to_json(entry));
    const auto book = deployment::starts_reading(entry.number) ? to_text(to_json(sum)) : std::string();
    return database_->write([&](SQLite::Database& database) {
        return tables::insert_entry(database, stack, entry, text, book) ? deployment::Appended::yes
                                                                        : deployment::Appended::taken;
    });
}

}  // namespace tinystacks::store
