#include "tests/support/scripted_transport.hpp"

#include "base/error.hpp"

#include <stdexcept>
#include <utility>

namespace tinystacks::support {

void ScriptedTransport::reply(int status, std::string body, http::Headers headers)
{
    script_.push_back({{status, std::move(headers)}, std::move(body), std::nullopt});
}

void ScriptedTransport::fail(std::string message)
{
    script_.push_back({{}, {}, std::move(message)});
}

http::Response ScriptedTransport::send(const http::Request& request, const http::OnBody& on_body,
                                       const Interruption& interruption)
{
    if (interruption.requested()) {
        throw Interrupted();
    }
    requests_.push_back(request);
    if (script_.empty()) {
        throw std::logic_error("not in the script: " + request.method + " " + request.url);
    }
    auto next = std::move(script_.front());
    script_.pop_front();
    if (next.failure) {
        throw Error(ErrorKind::failed, "{}", *next.failure);
    }
    if (on_body && !next.body.empty()) {
        on_body(next.body);
    }
    return next.response;
}

}  // namespace tinystacks::support
