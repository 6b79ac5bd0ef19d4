#pragma once

#include "aws/logs.hpp"
#include "base/interruption.hpp"
#include "base/time.hpp"
#include "deployment/detail/log_source.hpp"

#include <deque>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace tinystacks::deployment {

/// The events of one source, round after round, each once and those of a round oldest first.
///
/// CloudWatch makes events of different streams visible in no fixed order. So a round begins 30 s before the newest
/// event of the rounds before, and what was given already is told by its id. Of those at most 20,000 are remembered:
/// a source that prints more in 30 s is looked back at for less.
class LogReader {
public:
    LogReader(LogSource source, Time since) : source_(std::move(source)), from_(since) {}

    [[nodiscard]] const LogSource& source() const { return source_; }
    /// Whether the log group did not exist in the last round.
    [[nodiscard]] bool missing() const { return missing_; }

    void begin_round();
    /// The oldest event not taken yet, or null at the end of the round. Asks CloudWatch for the next page when it must.
    /// Throws as aws::Logs, but for a group that does not exist: that is the end of the round.
    [[nodiscard]] const aws::LogEvent* peek(aws::Logs& logs, const Interruption& interruption);
    [[nodiscard]] aws::LogEvent take();
    /// The round was read to its end; the next looks no further back than it must. Without it the next begins as this
    /// one did.
    void end_round(Time now);

private:
    void load(aws::Logs& logs, const Interruption& interruption);
    void remember(const aws::LogEvent& event);

    LogSource source_;
    Time from_;             ///< where the next round begins
    Time round_from_ = {};  ///< where this one did: the pages of a round must all be asked for alike
    std::optional<Time> newest_;
    std::set<std::pair<Time, std::string>> given_;  ///< not older than from_
    std::deque<aws::LogEvent> page_;
    std::string next_;
    bool more_ = false;
    bool missing_ = false;
};

}  // namespace tinystacks::deployment
