#include "trace.hpp"

#include "base/text.hpp"

#include <fmt/core.h>
#include <unistd.h>

namespace tinystacks::app {
namespace {

/// One write a line: several threads trace.
void write_line(const std::string& line)
{
    (void)!::write(STDERR_FILENO, line.data(), line.size());
}

class TracingLauncher final : public process::Launcher {
public:
    explicit TracingLauncher(std::unique_ptr<process::Launcher> launcher) : launcher_(std::move(launcher)) {}

    process::Outcome run(const process::Command& command, const process::OnOutput& on_output,
                         const Interruption& interruption) override
    {
        std::string line = "+";
        for (const auto& word : command.argv) {
            line += " " + printable(shell_quote(word));
        }
        write_line(line + "\n");
        return launcher_->run(command, on_output, interruption);
    }

private:
    std::unique_ptr<process::Launcher> launcher_;
};

class TracingTransport final : public http::Transport {
public:
    explicit TracingTransport(std::unique_ptr<http::Transport> transport) : transport_(std::move(transport)) {}

    http::Response send(const http::Request& request, const http::OnBody& on_body,
                        const Interruption& interruption) override
    {
        const auto url = printable(request.url.substr(0, request.url.find('?')));
        auto response = transport_->send(request, on_body, interruption);
        write_line(fmt::format("> {} {}: {}\n", request.method, url, response.status));
        return response;
    }

private:
    std::unique_ptr<http::Transport> transport_;
};

}  // namespace

std::unique_ptr<process::Launcher> trace(std::unique_ptr<process::Launcher> launcher)
{
    return std::make_unique<TracingLauncher>(std::move(launcher));
}

std::unique_ptr<http::Transport> trace(std::unique_ptr<http::Transport> transport)
{
    return std::make_unique<TracingTransport>(std::move(transport));
}

}  // namespace tinystacks::app
