#pragma once

#include "aws/client.hpp"
#include "aws/credentials.hpp"
#include "aws/ecs.hpp"
#include "aws/elbv2.hpp"
#include "aws/lambda.hpp"
#include "aws/logs.hpp"
#include "process/launcher.hpp"

#include <memory>
#include <string>

namespace tinystacks::aws {

/// Which identity works in which region.
struct Place {
    std::string region;
    std::string role;                    ///< ARN to assume, or empty
    std::string external_id;             ///< for the role, or empty
    std::string session = "tinystacks";  ///< what the assumed session is called: `ts-<deployment id>`
};

/// Credentials, client and services of one place, for one piece of work: keys live in memory only and die with it
/// (security requirement AW-16).
class Session {
public:
    struct World {
        http::Transport& transport;
        std::map<std::string, std::string> environment;
        Clock clock;
        process::MakeLauncher make_launcher;
    };

    Session(World world, const Place& place);

    [[nodiscard]] Client& client() { return client_; }
    [[nodiscard]] CredentialSource& keys() { return *keys_; }

private:
    std::unique_ptr<process::Launcher> launcher_;
    std::unique_ptr<CredentialSource> base_;
    std::unique_ptr<CredentialSource> role_;
    CredentialSource* keys_;  ///< one of the two above
    Client client_;

public:
    Ecs ecs{client_};
    Elbv2 elbv2{client_};
    Lambda lambda{client_};
    Logs logs{client_};
};

}  // namespace tinystacks::aws
