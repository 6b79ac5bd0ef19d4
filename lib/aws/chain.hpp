#pragma once

#include "aws/client.hpp"
#include "process/launcher.hpp"

#include <memory>
#include <string>

namespace tinystacks::aws {

/// Where a profile's name came from: one given on the command line takes the environment's keys out of the search.
enum class ProfileChoice { environment, flag };

/// What looking for credentials needs.
struct ChainParts {
    Client::World world;          ///< its environment is where they are looked for
    process::Launcher& launcher;  ///< for credential_process and the AWS CLI
    std::string region = {};      ///< whose STS is asked for roles; empty: roles cannot be assumed
    std::string session_name = "tinystacks";
    ProfileChoice profile = ProfileChoice::environment;
};

/// The user's credentials, found at the first get() and kept until five minutes before they expire.
///
/// Looked for in botocore's order: environment; of the profile (AWS_PROFILE, else "default") a role, a web identity
/// (AWS_WEB_IDENTITY_TOKEN_FILE first), IAM Identity Center, keys in the credentials file, `aws login`,
/// credential_process, keys in the configuration file; the container's endpoint; the instance's metadata. The first
/// that is configured is the source: when it fails, so does the search. get() throws besides as load_profiles().
/// Source: botocore's create_credential_resolver; security requirement AW-10.
[[nodiscard]] std::unique_ptr<CredentialSource> make_chain(ChainParts parts);

}  // namespace tinystacks::aws
