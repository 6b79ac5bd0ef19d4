#pragma once

#include "aws/client.hpp"
#include "aws/environment_keys.hpp"
#include "http/curl_transport.hpp"

#include "tests/support/server.hpp"

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <string>

namespace tinystacks::support {

/// An AWS that plays a story (tests/fixtures/rollouts/README.md), `speed` times as fast as it says, and a client of it
/// over the real transport. Its images are of `repository`.
class PlayedAws {
public:
    explicit PlayedAws(const std::string& story, int speed = 5);

    /// What is true in it now, whoever may see it: "serving", "restored", "definition", "variables", …
    [[nodiscard]] nlohmann::json truth();

    static constexpr auto repository = "123456789012.dkr.ecr.us-east-1.amazonaws.com/app";

private:
    Server server_;
    std::map<std::string, std::string> environment_;
    http::CurlTransport transport_;
    aws::EnvironmentKeys keys_;

public:
    aws::Client client;
};

}  // namespace tinystacks::support
