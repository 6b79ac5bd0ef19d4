#include "stage/stage.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace tinystacks::stage {
namespace {

constexpr std::array reserved_prefixes = {"CODEBUILD_", "TINYSTACKS_"};

/// Families whose every member steers a program we start: the loader, git, ssh, Terraform, npm, AWS's SDKs.
constexpr std::array steering_prefixes = {
    "LD_",
    "MALLOC_",
    "GIT_",
    "SSH_",
    "TF_CLI_",
    "TF_PLUGIN_",
    "TF_REATTACH_",
    "TF_REGISTRY",
    "npm_config_",
    "NPM_CONFIG_",
    "BASH_FUNC_",
    "AWS_ENDPOINT_URL",
    "AWS_EC2_METADATA_",
    "DOCKER_TLS",
    "PERL5",
    "AWS_CONTAINER_",
};

/// Members of those families that no program reads, and builds often have.
constexpr std::string_view harmless_names =
    " GIT_SHA GIT_COMMIT GIT_COMMIT_SHA GIT_BRANCH GIT_TAG GIT_REF GIT_REVISION GIT_VERSION GIT_HASH GIT_REPO GIT_URL ";

/// Single names. Source: the lists of Buildkite's agent (env/protected.go) and GitHub's runner (_setEnvBlockList);
/// ld.so(8), bash(1), curl(1), openssl-env(7), the environment sections of git, docker, Terraform, node, Python, Ruby,
/// Perl, Java, Go and PHP, and the AWS SDKs and Tools Reference Guide.
constexpr std::string_view steering_names =
    " ENV BASH_ENV BASHOPTS SHELLOPTS PS1 PS4 PROMPT_COMMAND IFS CDPATH GLOBIGNORE GLIBC_TUNABLES GCONV_PATH LOCPATH "
    "NLSPATH HOSTALIASES RES_OPTIONS LOCALDOMAIN GETCONF_DIR RESOLV_HOST_CONF TMPDIR "
    "HOME PATH SHELL USER LOGNAME PWD OLDPWD XDG_CONFIG_HOME XDG_STATE_HOME XDG_CACHE_HOME XDG_DATA_HOME "
    "XDG_RUNTIME_DIR EDITOR VISUAL PAGER LESSOPEN LESSCLOSE "
    "NODE_OPTIONS NODE_PATH NODE_EXTRA_CA_CERTS NODE_TLS_REJECT_UNAUTHORIZED PYTHONPATH PYTHONHOME PYTHONSTARTUP "
    "PYTHONUSERBASE PYTHONINSPECT PYTHONBREAKPOINT PYTHONWARNINGS PYTHONPLATLIBDIR PYTHONPYCACHEPREFIX "
    "PYTHONEXECUTABLE RUBYLIB RUBYOPT RUBYSHELL GEM_HOME GEM_PATH BUNDLE_GEMFILE PERLLIB _JAVA_OPTIONS "
    "JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS CLASSPATH GOFLAGS GOROOT RUSTC_WRAPPER LUA_PATH LUA_CPATH PHPRC "
    "PHP_INI_SCAN_DIR "
    "DOCKER_HOST DOCKER_CONFIG DOCKER_CONTEXT DOCKER_CERT_PATH DOCKER_API_VERSION DOCKER_AUTH_CONFIG "
    "DOCKER_CONTENT_TRUST_SERVER BUILDKIT_HOST BUILDX_CONFIG BUILDX_BUILDER COMPOSE_FILE TF_DATA_DIR TF_WORKSPACE "
    "TF_LOG TF_LOG_PATH "
    "AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_SECURITY_TOKEN AWS_PROFILE AWS_DEFAULT_PROFILE "
    "AWS_CONFIG_FILE AWS_SHARED_CREDENTIALS_FILE AWS_CA_BUNDLE AWS_ROLE_ARN AWS_ROLE_SESSION_NAME "
    "AWS_WEB_IDENTITY_TOKEN_FILE AWS_CREDENTIAL_EXPIRATION AWS_DATA_PATH AWS_USE_FIPS_ENDPOINT "
    "AWS_USE_DUALSTACK_ENDPOINT AWS_IGNORE_CONFIGURED_ENDPOINT_URLS AWS_PAGER BOTO_CONFIG "
    "HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY FTP_PROXY SSL_CERT_FILE SSL_CERT_DIR REQUESTS_CA_BUNDLE "
    "CURL_CA_BUNDLE CURL_HOME CURL_SSL_BACKEND SSLKEYLOGFILE OPENSSL_CONF OPENSSL_ENGINES OPENSSL_MODULES ";

bool is_one_of(std::string_view name, std::string_view names)
{
    return names.find(fmt::format(" {} ", name)) != std::string_view::npos;
}

bool is_steering(std::string_view name)
{
    const auto in_family =
        std::ranges::any_of(steering_prefixes, [&](std::string_view prefix) { return name.starts_with(prefix); });
    if (in_family) {
        return !is_one_of(name, harmless_names);
    }
    // Proxies are obeyed in lower case too.
    return is_one_of(name, steering_names) || (name.ends_with("_proxy") && is_one_of(to_upper(name), steering_names));
}

}  // namespace

const std::vector<std::string>& immutable_names()
{
    static const std::vector<std::string> names = {
        "CLUSTER_ARN",
        "ECR_ENDPOINT",
        "ECR_IMAGE_URL",
        "LAMBDA_FUNCTION_ARN",
        "LAMBDA_FUNCTION_NAME",
        "PREVIOUS_STAGE_NAME",
        "REGIONAL_ECR_ENDPOINT",
        "REGIONAL_ECR_IMAGE_URL",
        "S3_BUCKET",
        "SERVICE_NAME",
        "STAGE_NAME",
        "STAGE_REGION",
    };
    return names;
}

std::optional<std::string> find_refusal(std::string_view name, VariableUse use)
{
    if (!is_variable_name(name)) {
        return "a variable's name is letters, digits and '_', and starts with no digit";
    }
    for (const std::string_view prefix : reserved_prefixes) {
        if (name.starts_with(prefix)) {
            return fmt::format("names that start with {} are reserved: setting one is not allowed", prefix);
        }
    }
    if (std::ranges::find(immutable_names(), name) != immutable_names().end()) {
        return "tinystacks sets it for build.yml and release.yml: declaring it is not allowed";
    }
    if (use == VariableUse::build && is_steering(name)) {
        return "it steers programs that tinystacks starts: setting it for a build is not allowed";
    }
    return std::nullopt;
}

}  // namespace tinystacks::stage
