#pragma once

#include "aws/credentials.hpp"
#include "process/launcher.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::aws {

/// The words of a command line, quoted as in a shell, in which nothing else has a meaning. Throws
/// Error{invalid_input} for a quote that does not end. Source: botocore (Python's shlex.split).
[[nodiscard]] std::vector<std::string> split_command(std::string_view text);

/// A program that prints keys: a profile's credential_process, or `aws configure export-credentials` for a profile
/// that only the AWS CLI can sign in to (IAM Identity Center, `aws login`). No shell, at most a minute.
/// Source: AWS SDKs and Tools Reference Guide, "Process credential provider".
class ProcessKeys : public CredentialSource {
public:
    /// `launcher` must outlive it; `source` is for messages.
    ProcessKeys(process::Launcher& launcher, process::Environment environment, std::vector<std::string> argv,
                std::string source);

    /// Throws Error{unauthenticated} with the end of what the program said on standard error, secrets hidden.
    [[nodiscard]] Credentials get(const Interruption& interruption) override;
    void forget() override {}

protected:
    /// What a person can do when the program fails or cannot be started.
    [[nodiscard]] virtual std::string hint(const Interruption& interruption);
    [[nodiscard]] process::Finished run(const std::vector<std::string>& argv, const Interruption& interruption);

private:
    [[noreturn]] void fail(const std::string& why, const Interruption& interruption);

    process::Launcher& launcher_;
    process::Environment environment_;
    std::vector<std::string> argv_;
    std::string source_;
};

/// The keys of a profile that the AWS CLI, version 2.9 or newer, signs in to.
class SignedInKeys final : public ProcessKeys {
public:
    /// `key` is the setting that says so ("sso_session"), for messages.
    SignedInKeys(process::Launcher& launcher, process::Environment environment, std::string profile,
                 const std::string& key);

private:
    [[nodiscard]] std::string hint(const Interruption& interruption) override;

    std::string profile_;
    std::string sign_in_;  ///< the command
};

}  // namespace tinystacks::aws
