#pragma once

#include "aws/client.hpp"
#include "aws/environment_keys.hpp"
#include "base/text.hpp"

#include "tests/support/scripted_transport.hpp"

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace tinystacks::support {

/// A client of us-east-1 whose AWS answers by the script, in virtual time.
struct ServiceDesk {
    ScriptedTransport transport;
    std::map<std::string, std::string> environment = {{"AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"},
                                                      {"AWS_SECRET_ACCESS_KEY", "SENTINEL-SECRET"}};
    Time now = *find_rfc3339("2026-11-24T10:00:00.000Z");
    std::vector<std::chrono::milliseconds> waited = {};
    aws::EnvironmentKeys keys{environment};
    aws::Client client = make_client();

    /// The same with another environment. The client before is no longer good.
    aws::Client make_client()
    {
        return {{transport,
                 environment,
                 [this] { return now; },
                 {[] { return std::chrono::steady_clock::time_point(); }, [this] { return now; },
                  [this](std::chrono::milliseconds duration, const Interruption&) {
                      waited.push_back(duration);
                      now += duration;
                  },
                  [] { return 0.5; }}},
                keys,
                "us-east-1"};
    }
    [[nodiscard]] const http::Request& asked(std::size_t number = 0) const { return transport.requests().at(number); }
    /// A header of a request, or empty.
    [[nodiscard]] std::string header(const std::string& name, std::size_t number = 0) const
    {
        return http::Response{0, asked(number).headers}.find_header(name).value_or("");
    }
};

}  // namespace tinystacks::support
