#pragma once

#include "aws/client.hpp"
#include "base/time.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tinystacks::aws {

/// A line of a log stream.
struct LogEvent {
    Time at;
    std::string stream;
    std::string message;
    std::string id;  ///< empty for get_log_events
    bool operator==(const LogEvent&) const = default;
};

struct LogPage {
    std::vector<LogEvent> events;  ///< oldest first
    std::string next;              ///< empty: no more for now
};

/// Amazon CloudWatch Logs (read only). Throws as Client::send_json(); a missing group or stream is
/// Refusal{not_found}.
class Logs {
public:
    explicit Logs(Client& client) : client_(client) {}

    /// The last `limit` events of a stream.
    [[nodiscard]] LogPage get_last_events(const std::string& group, const std::string& stream, int limit,
                                          const Interruption& interruption = {});
    /// Events of a group from `since` on, of streams that begin with `stream_prefix` (empty: all); `next` continues.
    [[nodiscard]] LogPage filter_events(const std::string& group, const std::string& stream_prefix, Time since,
                                        const std::string& next, const Interruption& interruption = {});

private:
    Client& client_;
};

}  // namespace tinystacks::aws
