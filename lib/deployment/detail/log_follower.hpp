#pragma once

#include "deployment/detail/log_reader.hpp"
#include "deployment/detail/log_source.hpp"
#include "deployment/runtime_log.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tinystacks::deployment {

/// Reads the sources of one stage together and writes their lines in the order of their times.
class LogFollower {
public:
    using FindSources = std::function<LogSources()>;

    LogFollower(aws::Logs& logs, const RuntimeLog::World& world, log::Sink& sink, const RuntimeLogOptions& options,
                FindSources find, const Interruption& interruption)
        : logs_(logs), world_(world), sink_(sink), options_(options), find_(std::move(find)),
          interruption_(interruption)
    {}

    /// To the present end, or until interrupted.
    void run();

private:
    void find_sources();
    void read_round();
    [[nodiscard]] LogReader* find_oldest();
    [[noreturn]] void follow();
    void finish();
    void write(const LogSource& source, const aws::LogEvent& event);
    [[nodiscard]] std::string label(const LogSource& source, const aws::LogEvent& event) const;
    void note(const std::string& message, const std::string& hint = {});

    aws::Logs& logs_;
    const RuntimeLog::World& world_;
    log::Sink& sink_;
    const RuntimeLogOptions& options_;
    FindSources find_;
    const Interruption& interruption_;

    Time since_ = {};
    std::vector<LogReader> readers_;
    std::vector<std::string> notes_;  ///< said already
    std::string first_task_;
    bool unreadable_ = false;
    bool several_tasks_ = false;
    bool several_containers_ = false;
    std::uint64_t next_line_ = 1;
};

}  // namespace tinystacks::deployment
