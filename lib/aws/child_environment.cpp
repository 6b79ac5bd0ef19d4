#include "aws/child_environment.hpp"

namespace tinystacks::aws {

std::map<std::string, std::string> child_environment(std::map<std::string, std::string> environment,
                                                     const Credentials& keys, const std::string& region)
{
    for (const auto* name :
         {"AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SECURITY_TOKEN", "AWS_SESSION_TOKEN", "AWS_CREDENTIAL_EXPIRATION",
          "AWS_CREDENTIAL_FILE", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME",
          "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
          "AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"}) {
        environment.erase(name);
    }
    environment["AWS_ACCESS_KEY_ID"] = keys.access_key_id;
    environment["AWS_SECRET_ACCESS_KEY"] = keys.secret_access_key.reveal();
    if (!keys.session_token.empty()) {
        environment["AWS_SESSION_TOKEN"] = keys.session_token.reveal();
    }
    if (keys.expires_at) {
        environment["AWS_CREDENTIAL_EXPIRATION"] = to_rfc3339(*keys.expires_at);
    }
    environment["AWS_EC2_METADATA_DISABLED"] = "true";
    environment["AWS_CONFIG_FILE"] = "/dev/null";
    environment["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null";
    environment["AWS_REGION"] = region;
    environment["AWS_DEFAULT_REGION"] = region;
    environment["AWS_RETRY_MODE"] = "standard";
    environment["AWS_MAX_ATTEMPTS"] = "3";
    return environment;
}

}  // namespace tinystacks::aws
