#pragma once

#include "aws/client.hpp"
#include "aws/credentials.hpp"
#include "aws/ecr.hpp"
#include "aws/ecs.hpp"
#include "aws/elbv2.hpp"
#include "aws/lambda.hpp"
#include "aws/logs.hpp"
#include "aws/s3.hpp"
#include "aws/sts.hpp"
#include "process/launcher.hpp"

#include <memory>
#include <string>

namespace tinystacks::aws {

/// Which identity works in which region.
struct Place {
    std::string region;
    std::string role = {};         ///< ARN to assume, or empty
    std::string external_id = {};  ///< for the role, or empty
    std::string deployment = {};   ///< names the assumed session
};

/// Credentials, client and services of one place, for one piece of work: keys are found when they are first needed,
/// live in memory only and die with it (security requirement AW-16).
class Session {
public:
    struct World {
        http::Transport& transport;
        std::map<std::string, std::string> environment;
        Clock clock;
        process::MakeLauncher make_launcher;
    };

    /// Throws Error{invalid_input} for a role or external id that STS does not allow.
    Session(const World& world, const Place& place);
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session();

    [[nodiscard]] Client& client() { return client_; }
    [[nodiscard]] CredentialSource& keys() { return *keys_; }

private:
    std::unique_ptr<process::Launcher> launcher_;
    std::unique_ptr<CredentialSource> own_;
    std::unique_ptr<CredentialSource> keys_;  ///< of the role, else own_ itself
    Client client_;

public:
    Ecr ecr{client_};
    Ecs ecs{client_};
    Elbv2 elbv2{client_};
    Lambda lambda{client_};
    Logs logs{client_};
    S3 s3{client_};
    Sts sts{client_};
};

}  // namespace tinystacks::aws
