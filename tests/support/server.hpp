#pragma once

#include "process/launcher.hpp"

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

namespace tinystacks::support {

/// A helper process of a test, ended with this object. It says that it is ready, and on which port, by a first line
/// on its standard output: the port.
class Server {
public:
    /// Blocks until the port is known. Throws std::runtime_error with what the process printed when it ends first.
    explicit Server(process::Command command);
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    ~Server();

    [[nodiscard]] int port() const { return port_; }
    /// "127.0.0.1:PORT"
    [[nodiscard]] std::string host() const { return "127.0.0.1:" + std::to_string(port_); }
    /// All it has printed after the first line.
    [[nodiscard]] std::string printed();
    /// Waits until it has printed `text`, at most 10 s; whether it has.
    [[nodiscard]] bool prints(const std::string& text);

private:
    void run(const process::Command& command);
    void take(process::Stream stream, std::string_view piece);

    std::mutex mutex_;
    std::condition_variable changed_;
    std::string out_;
    std::string err_;
    int port_ = 0;
    bool ended_ = false;
    std::stop_source stop_;
    std::jthread thread_;
};

/// `script` as python3 runs it, with a plain environment.
[[nodiscard]] process::Command python(std::string script, std::vector<std::string> arguments = {});

}  // namespace tinystacks::support
