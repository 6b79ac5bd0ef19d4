#pragma once

#include "aws/s3.hpp"
#include "deployment/ledger.hpp"
#include "http/transport.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tinystacks::store {

/// A transport that remembers when the server of its last answer said it was.
class DatedTransport final : public http::Transport {
public:
    using Steady = std::function<std::chrono::steady_clock::time_point()>;

    DatedTransport(http::Transport& transport, Steady steady);
    http::Response send(const http::Request& request, const http::OnBody& on_body,
                        const Interruption& interruption) override;
    /// The server's time now, between bounds that hold whatever this machine's clock says: the answer was made after
    /// the request was sent and before it was heard. Throws Error{failed} before the first answer.
    [[nodiscard]] deployment::Instant now() const;

private:
    struct Sample {
        Time date;
        std::chrono::steady_clock::time_point sent;
        std::chrono::steady_clock::time_point heard;
    };

    http::Transport& transport_;
    Steady steady_;
    std::optional<Sample> sample_;
};

/// The entries of a ledger in an S3 bucket, for everybody who may use that: tinystacks/<stack>/ledger/ holds one object
/// an entry, created with If-None-Match: * and never changed.
///
/// The newest key is the first in a list. An object holds besides its entry those before it up to the last multiple of
/// ten (those of ten up to the last of a hundred), and each hundredth the book: whatever the ledger's length, reading
/// takes one list and at most three objects (docs/decisions/0010-ledger.md).
class Bucket final : public deployment::Entries {
public:
    /// What an append that got no answer waits before it asks what became of it; throws Interrupted.
    using Wait = std::function<void(std::chrono::milliseconds)>;

    /// `s3` sends by `transport`.
    Bucket(aws::S3& s3, const DatedTransport& transport, std::string bucket, Wait wait);

    [[nodiscard]] Reading read(const std::string& stack, std::uint64_t after, const std::string& last) override;
    deployment::Appended append(const std::string& stack, const deployment::Entry& entry,
                                const deployment::Book& sum) override;
    [[nodiscard]] deployment::Instant now() override { return transport_.now(); }
    /// What a runner that was killed keeps others waiting.
    [[nodiscard]] std::chrono::milliseconds lease_length() const override { return std::chrono::minutes(2); }

private:
    /// What an object of the ledger holds.
    struct Leaf {
        std::optional<deployment::Book> book;    ///< with the last of `entries` in it
        std::vector<deployment::Entry> entries;  ///< in order; the last is the object's own
    };

    [[nodiscard]] std::uint64_t find_newest(const std::string& stack);
    [[nodiscard]] std::optional<Leaf> find_leaf(const std::string& stack, std::uint64_t number);
    /// The entries from `first` to `last`, or from the newest book before `last` where that is later.
    [[nodiscard]] Reading gather(const std::string& stack, std::uint64_t first, std::uint64_t last);
    [[nodiscard]] std::string to_object(const std::string& stack, const deployment::Entry& entry,
                                        const deployment::Book& sum);

    aws::S3& s3_;
    const DatedTransport& transport_;
    std::string bucket_;
    Wait wait_;
    /// By stack: entries in order up to the newest known, for the objects that follow.
    std::map<std::string, std::vector<deployment::Entry>> recent_;
};

}  // namespace tinystacks::store
