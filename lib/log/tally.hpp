#pragma once

#include "log/event.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::log {

/// How much a log has of each stage and channel, or lacks. Its size is bounded: stages past the sixtieth row, and those
/// with a name of more than 64 bytes, are counted as no stage's.
class Tally {
public:
    struct Row {
        std::string stage;
        Gap gap;
        bool operator==(const Row&) const = default;
    };

    void add(std::string_view stage, const Gap& gap);
    /// Lines count by their text, a gap by what it says, and any other event as one line of the build's or deployment's
    /// log, as long as its record.
    void add(const Event& event);

    [[nodiscard]] const std::vector<Row>& rows() const { return rows_; }
    /// The rows that have more here than in `other`, by how much.
    [[nodiscard]] std::vector<Row> beyond(const Tally& other) const;

private:
    std::vector<Row> rows_;
};

[[nodiscard]] std::uint64_t count_lines(std::string_view text);

/// Letters, digits and `.%,-` only; at most `longest_tally` bytes.
[[nodiscard]] std::string format(const Tally& tally);
[[nodiscard]] std::optional<Tally> find_tally(std::string_view text);
constexpr std::size_t longest_tally = 16000;

}  // namespace tinystacks::log
