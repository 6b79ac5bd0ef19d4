#include "buildspec/detail/build_log.hpp"

#include <algorithm>
#include <ctime>

namespace tinystacks::buildspec {
namespace {

constexpr std::size_t block_size = 65536;
constexpr std::size_t tail_size = 8192;
constexpr std::chrono::milliseconds longest_wait(100);  ///< of output for its block

/// The agent's prefix. Source: public CodeBuild logs since the end of 2023; UTC, microseconds.
std::string agent_prefix(Time time)
{
    const auto since_epoch = time.time_since_epoch();
    const auto seconds = std::chrono::floor<std::chrono::seconds>(since_epoch);
    const auto whole = static_cast<std::time_t>(seconds.count());
    std::tm parts = {};
    ::gmtime_r(&whole, &parts);
    return fmt::format("[Container] {:04}/{:02}/{:02} {:02}:{:02}:{:02}.{:03}000 ", parts.tm_year + 1900,
                       parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                       (since_epoch - seconds).count());
}

log::Lines& lines_of(log::Event& event)
{
    return std::get<log::Lines>(event.body);
}

}  // namespace

BuildLog::BuildLog(log::Sink& sink, const Clock& clock, log::Channel channel, std::string stage)
    : sink_(sink), clock_(clock)
{
    block_.stage = std::move(stage);
    block_.body = log::Lines{channel, log::Source::output, 1, {}};
    lines_of(block_).text.reserve(2 * block_size);
}

void BuildLog::hide(std::string_view secret)
{
    secrets_.add(secret);
}

void BuildLog::say(std::string_view text)
{
    write_line(agent_prefix(clock_()) + secrets_.hide(text) + "\n");
}

void BuildLog::warn(const Position& where, const std::string& message, const std::string& hint)
{
    const auto shown = secrets_.hide(message);
    const auto place = to_string(where);
    say(place.empty() ? "warning: " + shown : fmt::format("warning: {}: {}", place, shown));
    sink_.write({clock_(), block_.stage, log::Note{Severity::warning, where, shown, secrets_.hide(hint)}});
}

void BuildLog::output(std::string_view bytes)
{
    auto& text = lines_of(block_).text;
    if (!masker_) {
        masker_.emplace(secrets_);
    }
    if (bytes.empty()) {
        write_block();  // but for what may be the beginning of a secret
        return;
    }
    if (text.size() + bytes.size() > block_size) {
        write_block();
    }
    masker_->feed(bytes, text);
    // What never pauses must be seen too.
    if (std::chrono::steady_clock::now() - written_ >= longest_wait) {
        write_block();
    }
}

void BuildLog::end_output()
{
    if (masker_) {
        masker_->finish(lines_of(block_).text);
        masker_.reset();
    }
    write_block();
}

void BuildLog::end_command()
{
    end_output();
    write_line(at_line_start_ ? "\n" : "\n\n");
}

void BuildLog::keep_tail()
{
    tail_.emplace();
}

std::string BuildLog::take_tail()
{
    write_block();
    auto tail = tail_.value_or("");
    tail_.reset();
    return tail;
}

void BuildLog::begin_step(const std::string& name)
{
    sink_.write({clock_(), block_.stage, log::StepBegan{name}});
}

void BuildLog::end_step(const std::string& name, std::string_view status, double seconds, const std::string& message)
{
    sink_.write({clock_(), block_.stage, log::StepEnded{name, std::string(status), seconds, secrets_.hide(message)}});
}

void BuildLog::write_block()
{
    written_ = std::chrono::steady_clock::now();
    auto& lines = lines_of(block_);
    if (lines.text.empty()) {
        return;
    }
    block_.time = clock_();
    lines.source = log::Source::output;
    lines.first_line = line_;
    sink_.write(block_);
    line_ += static_cast<std::uint64_t>(std::ranges::count(lines.text, '\n'));
    at_line_start_ = lines.text.back() == '\n';
    if (tail_) {
        tail_->append(lines.text, lines.text.size() - std::min(lines.text.size(), tail_size));
        tail_->erase(0, tail_->size() - std::min(tail_->size(), tail_size));
    }
    lines.text.clear();
}

void BuildLog::write_line(std::string_view text)
{
    write_block();
    const auto& lines = lines_of(block_);
    std::string whole = at_line_start_ || text.starts_with('\n') ? "" : "\n";
    whole += text;
    sink_.write({clock_(), block_.stage, log::Lines{lines.channel, log::Source::tinystacks, line_, whole}});
    line_ += static_cast<std::uint64_t>(std::ranges::count(whole, '\n'));
    at_line_start_ = true;
}

}  // namespace tinystacks::buildspec
