#include "tests/support/server.hpp"

#include "base/error.hpp"
#include "process/guarded_launcher.hpp"

#include <cstdlib>
#include <stdexcept>
#include <utility>

namespace tinystacks::support {

using namespace std::chrono_literals;

Server::Server(process::Command command)
{
    thread_ = std::jthread([this, command = std::move(command)] { run(command); });
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, 30s, [this] { return port_ != 0 || ended_; });
    if (port_ == 0) {
        stop_.request_stop();
        throw std::runtime_error("the helper process did not start: " + out_ + err_);
    }
}

Server::~Server()
{
    stop_.request_stop();
}

std::string Server::printed()
{
    const std::lock_guard lock(mutex_);
    return out_;
}

bool Server::prints(const std::string& text)
{
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 10s, [&] { return out_.find(text) != std::string::npos; });
}

void Server::run(const process::Command& command)
{
    process::GuardedLauncher launcher;
    try {
        (void)launcher.run(command, [this](process::Stream stream, std::string_view piece) { take(stream, piece); },
                           {{}, stop_.get_token()});
    } catch (const Interrupted&) {  // how the test ends it
    } catch (const Error& error) {
        take(process::Stream::err, error.what());
    }
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
}

void Server::take(process::Stream stream, std::string_view piece)
{
    const std::lock_guard lock(mutex_);
    (stream == process::Stream::out ? out_ : err_) += piece;
    if (const auto end = out_.find('\n'); port_ == 0 && end != std::string::npos) {
        port_ = std::atoi(out_.c_str());
        out_.erase(0, end + 1);
    }
    changed_.notify_all();
}

process::Command python(std::string script, std::vector<std::string> arguments)
{
    process::Command command;
    command.argv = {"python3", "-u", "-c", std::move(script)};
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    command.environment = {{"PATH", std::getenv("PATH") == nullptr ? "/usr/bin:/bin" : std::getenv("PATH")}};
    return command;
}

}  // namespace tinystacks::support
