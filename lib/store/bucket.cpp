#include "store/bucket.hpp"

#include "base/error.hpp"
#include "http/date.hpp"
#include "store/detail/entry_json.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace tinystacks::store {
namespace {

using deployment::Appended;
using deployment::Book;
using deployment::Entry;

constexpr std::uint64_t last_number = 999'999'999'999;
constexpr int digits = 12;

std::string prefix_of(const std::string& stack)
{
    return fmt::format("tinystacks/{}/ledger/", stack);
}

/// Counted down, so that a list begins with the newest; the number itself is for people.
std::string key_of(const std::string& stack, std::uint64_t number)
{
    return fmt::format("{}{:012}-{:012}.json", prefix_of(stack), last_number - number, number);
}

std::uint64_t number_of(const std::string& key, const std::string& prefix)
{
    std::uint64_t left = 0;
    const auto* begin = key.data() + std::min(prefix.size(), key.size());
    const auto* end = key.data() + key.size();
    const auto parsed = std::from_chars(begin, end, left);
    if (parsed.ec != std::errc() || parsed.ptr != begin + digits || left > last_number) {
        throw Error(ErrorKind::failed, "'{}' is no object of a ledger", key)
            .with_hint(fmt::format("move away what is not ours below {}", prefix));
    }
    return last_number - left;
}

/// Where the entries begin that the object of `number` repeats.
std::uint64_t first_of(std::uint64_t number)
{
    const std::uint64_t step = number % 10 == 0 ? 100 : 10;
    return number - (number - 1) % step;
}

}  // namespace

DatedTransport::DatedTransport(http::Transport& transport, Steady steady)
    : transport_(transport), steady_(std::move(steady))
{}

http::Response DatedTransport::send(const http::Request& request, const http::OnBody& on_body,
                                    const Interruption& interruption)
{
    const auto sent = steady_();
    auto response = transport_.send(request, on_body, interruption);
    const auto header = response.find_header("date");
    if (const auto date = header ? http::find_date(*header) : std::nullopt) {
        sample_ = Sample{*date, sent, steady_()};
    }
    return response;
}

deployment::Instant DatedTransport::now() const
{
    if (!sample_) {
        throw Error(ErrorKind::failed, "the bucket's answers do not tell the time");
    }
    const auto since = [&](std::chrono::steady_clock::time_point then) {
        return std::chrono::duration_cast<std::chrono::milliseconds>(steady_() - then);
    };
    // The header has no fractions of a second.
    return {sample_->date + since(sample_->heard), sample_->date + std::chrono::seconds(1) + since(sample_->sent)};
}

Bucket::Bucket(aws::S3& s3, const DatedTransport& transport, std::string bucket, Wait wait)
    : s3_(s3), transport_(transport), bucket_(std::move(bucket)), wait_(std::move(wait))
{}

std::uint64_t Bucket::find_newest(const std::string& stack)
{
    const auto prefix = prefix_of(stack);
    const auto page = s3_.list_objects(bucket_, prefix, {}, {}, {}, 1);
    return page.objects.empty() ? 0 : number_of(page.objects.front().key, prefix);
}

std::optional<Bucket::Leaf> Bucket::find_leaf(const std::string& stack, std::uint64_t number)
{
    const auto key = key_of(stack, number);
    const auto object = s3_.get_object(bucket_, key);
    if (!object) {
        return std::nullopt;
    }
    try {
        const auto json = parse_stored(object->body);
        Leaf leaf;
        for (const auto& each : json.at("before")) {
            leaf.entries.push_back(entry_from_json(each));
        }
        leaf.entries.push_back(entry_from_json(json.at("entry")));
        if (!json.at("book").is_null()) {
            leaf.book = book_from_json(json.at("book"));
        }
        return leaf;
    } catch (const Error& error) {
        throw error.while_doing(fmt::format("read s3://{}/{}", bucket_, key));
    } catch (const nlohmann::json::exception& error) {
        throw Error(ErrorKind::failed, "read s3://{}/{}: {}", bucket_, key, error.what());
    }
}

deployment::Entries::Reading Bucket::gather(const std::string& stack, std::uint64_t first, std::uint64_t last)
{
    Reading reading;
    for (auto number = last; number >= first && number > 0;) {
        auto leaf = find_leaf(stack, number);
        if (!leaf) {
            throw Error(ErrorKind::failed, "the ledger of '{}' in bucket '{}' lacks entry {}", stack, bucket_, number)
                .with_hint("restore the object from a version of it, or move the whole ledger away");
        }
        if (leaf->book) {
            reading.book = std::move(leaf->book);
            break;
        }
        number = leaf->entries.front().number - 1;
        reading.entries.insert(reading.entries.begin(), std::make_move_iterator(leaf->entries.begin()),
                               std::make_move_iterator(leaf->entries.end()));
    }
    return reading;
}

deployment::Entries::Reading Bucket::read(const std::string& stack, std::uint64_t after, const std::string& last)
{
    const auto newest = find_newest(stack);
    if (newest == after) {
        return {};
    }
    if (newest == 0) {
        return {Book(), {}};
    }
    auto reading = gather(stack, newest > after ? after + 1 : 1, newest);
    recent_[stack] = reading.entries;
    if (!reading.book) {
        std::erase_if(reading.entries, [&](const Entry& entry) { return entry.number <= after; });
        if (!reading.entries.empty() && reading.entries.front().previous != last) {
            reading = gather(stack, 1, newest);
        }
    }
    return reading;
}

std::string Bucket::to_object(const std::string& stack, const Entry& entry, const Book& sum)
{
    const bool with_book = deployment::starts_reading(entry.number);
    const auto first = first_of(entry.number);
    auto& recent = recent_[stack];
    auto before = nlohmann::json::array();
    if (!with_book && first < entry.number) {
        if (recent.empty() || recent.front().number > first || recent.back().number + 1 != entry.number) {
            recent = gather(stack, first, entry.number - 1).entries;
        }
        for (const auto& each : recent) {
            if (each.number >= first) {
                before.push_back(to_json(each));
            }
        }
    }
    return to_text({{"version", 1},
                    {"entry", to_json(entry)},
                    {"before", std::move(before)},
                    {"book", with_book ? to_json(sum) : nlohmann::json(nullptr)}});
}

Appended Bucket::append(const std::string& stack, const Entry& entry, const Book& sum)
{
    const auto key = key_of(stack, entry.number);
    const auto body = to_object(stack, entry, sum);
    const aws::PutOptions once{"application/json", aws::Overwrite::refused};
    constexpr int most_tries = 6;
    auto pause = std::chrono::milliseconds(200);
    for (int tries = 1;; ++tries) {
        try {
            if (s3_.put_object(bucket_, key, body, once) == aws::Stored::yes) {
                break;
            }
            // Ours, when a put that we heard nothing of had arrived.
            const auto there = find_leaf(stack, entry.number);
            if (there && there->entries.back().id != entry.id) {
                return Appended::taken;
            }
            if (there) {
                break;
            }
        } catch (const Error& error) {
            // Another put of the key was under way (409), or nobody answered: the next put tells which it was.
            const bool passes = error.kind() == ErrorKind::conflict || error.kind() == ErrorKind::failed ||
                                error.kind() == ErrorKind::unavailable;
            if (!passes || tries == most_tries) {
                throw error.while_doing(fmt::format("write s3://{}/{}", bucket_, key));
            }
        }
        wait_(pause);
        pause *= 2;
    }
    auto& recent = recent_[stack];
    if (deployment::starts_reading(entry.number)) {
        recent.clear();
    } else if (recent.empty() || recent.back().number + 1 == entry.number) {
        recent.push_back(entry);
    }
    return Appended::yes;
}

}  // namespace tinystacks::store
