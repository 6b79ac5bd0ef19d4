#pragma once

#include "http/transport.hpp"

#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace tinystacks::support {

/// Answers requests in the order of the script and keeps what was asked. An unscripted request throws.
class ScriptedTransport final : public http::Transport {
public:
    void reply(int status, std::string body, http::Headers headers = {});
    /// The next request gets no answer: Error{failed}.
    void fail(std::string message);

    http::Response send(const http::Request& request, const http::OnBody& on_body,
                        const Interruption& interruption) override;

    [[nodiscard]] const std::vector<http::Request>& requests() const { return requests_; }
    /// Whether every reply of the script was asked for.
    [[nodiscard]] bool used_up() const { return script_.empty(); }

private:
    struct Reply {
        http::Response response;
        std::string body;
        std::optional<std::string> failure;
    };

    std::deque<Reply> script_;
    std::vector<http::Request> requests_;
};

}  // namespace tinystacks::support
