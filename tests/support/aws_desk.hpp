#pragma once

#include "aws/chain.hpp"
#include "aws/client.hpp"
#include "base/temp_dir.hpp"
#include "process/guarded_launcher.hpp"

#include "tests/support/scripted_transport.hpp"

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace tinystacks::support {

/// What looking for credentials and calling AWS needs: a home folder of its own, scripted answers, virtual time (a
/// wait moves the clock), chance that is always one half.
struct AwsDesk {
    AwsDesk();

    /// A file below the home folder.
    void write(const std::string& name, const std::string& text, unsigned mode = 0600);
    /// Adds the keys AKIDEXAMPLE / SENTINEL-SECRET / SENTINEL-TOKEN to the environment.
    void set_keys();
    [[nodiscard]] aws::Client::World world();
    [[nodiscard]] std::unique_ptr<aws::CredentialSource>
    chain(aws::ProfileChoice choice = aws::ProfileChoice::environment, const std::string& region = "us-east-1");
    /// A header of request number `index`, "none" when it has none.
    [[nodiscard]] std::string header(std::size_t index, const std::string& name) const;

    TempDir home;
    ScriptedTransport transport;
    process::GuardedLauncher launcher;
    std::map<std::string, std::string> environment;
    Time now;
    std::vector<std::chrono::milliseconds> waited;
};

}  // namespace tinystacks::support
