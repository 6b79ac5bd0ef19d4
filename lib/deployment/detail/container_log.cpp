#include "deployment/detail/container_log.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace tinystacks::deployment {
namespace {

constexpr std::size_t most_lines = 30;
constexpr std::size_t longest_line = 1000;

}  // namespace

ContainerLog::ContainerLog(const ContainerTarget::World& world, log::Sink& sink, const ContainerSpec& spec,
                           std::string container)
    : world_(world), sink_(sink), stage_(spec.stage), container_(std::move(container))
{
    for (const auto& [name, value] : spec.environment) {
        if (names_a_secret(name)) {
            secrets_.add(value);
        }
    }
    thread_ = std::jthread([this](const std::stop_token& stop) { follow(stop); });
}

ContainerLog::~ContainerLog()
{
    thread_.request_stop();
}

void ContainerLog::wait_for_end()
{
    if (thread_.joinable()) {
        thread_.join();
    }
}

std::vector<std::string> ContainerLog::tail()
{
    const std::lock_guard lock(mutex_);
    std::vector<std::string> lines(tail_.begin(), tail_.end());
    if (!line_.empty()) {
        lines.push_back(line_);
    }
    return lines;
}

/// The log is evidence: when it cannot be followed or written, the deployment goes on without it.
void ContainerLog::follow(const std::stop_token& stop)
{
    mask::Masker masker(secrets_);
    std::string text;
    try {
        const auto launcher = world_.make_launcher();
        docker::Engine engine(*launcher, world_.environment);
        engine.logs(container_, 0, std::nullopt, true,
                    [&](process::Stream, std::string_view piece) {
                        masker.feed(piece, text);
                        take(text);
                        text.clear();
                    },
                    {stop, stop});
    } catch (const Interrupted&) {
        // whoever destroys this has seen enough
    } catch (const std::exception& error) {
        text += fmt::format("(the log cannot be followed: {})\n", error.what());
    }
    try {
        masker.finish(text);
        take(text);
    } catch (const std::exception&) {
        // see above
    }
}

void ContainerLog::take(std::string_view bytes)
{
    if (bytes.empty()) {
        return;
    }
    sink_.write({world_.clock(), stage_,
                 log::Lines{log::Channel::runtime, log::Source::output, next_line_, std::string(bytes)}});
    next_line_ += static_cast<std::uint64_t>(std::ranges::count(bytes, '\n'));
    const std::lock_guard lock(mutex_);
    for (const auto c : bytes) {
        if (c != '\n') {
            if (line_.size() < longest_line) {
                line_ += c;
            }
            continue;
        }
        tail_.push_back(std::exchange(line_, {}));
        if (tail_.size() > most_lines) {
            tail_.pop_front();
        }
    }
}

}  // namespace tinystacks::deployment
