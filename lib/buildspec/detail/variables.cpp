#include "buildspec/detail/variables.hpp"

#include "base/sha256.hpp"
#include "base/text.hpp"

#include <array>

namespace tinystacks::buildspec {
namespace {

/// Names of the caller that must not reach a build: our own (TINYSTACKS_TOKEN among them), another build's, and what
/// a shell would run or take for its directory.
bool stays_behind(std::string_view name)
{
    return name.starts_with("TINYSTACKS_") || name.starts_with("CODEBUILD_") || name == "PWD" || name == "OLDPWD" ||
           name == "ENV" || name == "BASH_ENV" || name == "SHLVL" || name == "_";
}

/// A UUID made from what identifies this build, for CODEBUILD_BUILD_ID.
std::string build_uuid(const RunOptions& options, Time now)
{
    const auto digest = sha256_hex(
        fmt::format("{} {} {}", options.work.string(), options.file.string(), now.time_since_epoch().count()));
    return fmt::format("{}-{}-4{}-a{}-{}", digest.substr(0, 8), digest.substr(8, 4), digest.substr(13, 3),
                       digest.substr(17, 3), digest.substr(20, 12));
}

std::string value_or(const std::map<std::string, std::string>& variables, const std::string& name, std::string fallback)
{
    const auto found = variables.find(name);
    return found == variables.end() || found->second.empty() ? std::move(fallback) : found->second;
}

void set_built_ins(std::map<std::string, std::string>& variables, const RunOptions& options, Time now)
{
    const auto region = value_or(variables, "AWS_REGION", value_or(variables, "AWS_DEFAULT_REGION", "us-east-1"));
    const auto uuid = build_uuid(options, now);
    const auto arn = fmt::format("arn:aws:codebuild:{}:000000000000:", region);
    variables["AWS_REGION"] = region;
    variables["AWS_DEFAULT_REGION"] = value_or(variables, "AWS_DEFAULT_REGION", region);
    variables["CODEBUILD_BUILD_ARN"] = fmt::format("{}build/{}:{}", arn, options.project, uuid);
    variables["CODEBUILD_BUILD_ID"] = fmt::format("{}:{}", options.project, uuid);
    variables["CODEBUILD_BUILD_IMAGE"] = "local";
    variables["CODEBUILD_BUILD_NUMBER"] = "1";
    variables["CODEBUILD_BUILD_SUCCEEDING"] = "1";
    variables["CODEBUILD_CI"] = "true";
    variables["CODEBUILD_INITIATOR"] = value_or(variables, "USER", "tinystacks");
    variables["CODEBUILD_KMS_KEY_ID"] = fmt::format("arn:aws:kms:{}:000000000000:alias/aws/s3", region);
    variables["CODEBUILD_LOCAL_BUILD"] = "true";
    variables["CODEBUILD_LOG_PATH"] = uuid;
    variables["CODEBUILD_PROJECT_ARN"] = fmt::format("{}project/{}", arn, options.project);
    variables["CODEBUILD_RESOLVED_SOURCE_VERSION"] = options.source_version;
    variables["CODEBUILD_SOURCE_REPO_URL"] = options.source_url;
    variables["CODEBUILD_SOURCE_VERSION"] = options.source_version;
    variables["CODEBUILD_SRC_DIR"] = options.directory;
    variables["CODEBUILD_START_TIME"] = std::to_string(now.time_since_epoch().count());
}

}  // namespace

std::map<std::string, std::string> first_environment(const RunOptions& options, const Buildspec& spec,
                                                     const std::map<std::string, std::string>& fetched,
                                                     const std::filesystem::path& helpers, Time now)
{
    std::map<std::string, std::string> variables;
    for (const auto& [name, value] : options.environment) {
        if (!stays_behind(name)) {
            variables[name] = value;
        }
    }
    set_built_ins(variables, options, now);
    variables["PATH"] =
        fmt::format("{}:{}", value_or(variables, "PATH", "/usr/local/bin:/usr/bin:/bin"), helpers.string());
    const auto put = [&](const auto& source) {
        for (const auto& [name, value] : source) {
            variables[name] = value;
        }
    };
    put(options.defaults);
    put(spec.variables);
    put(fetched);
    put(options.overrides);
    put(options.immutable);
    return variables;
}

process::Environment program_environment(const process::Environment& environment)
{
    process::Environment kept;
    for (const auto& [name, value] : environment) {
        if (!name.starts_with("TINYSTACKS_")) {
            kept[name] = value;
        }
    }
    return kept;
}

bool holds_a_secret(std::string_view name)
{
    return names_a_secret(name) || name == "AWS_ACCESS_KEY_ID";
}

void hide_secrets(const std::map<std::string, std::string>& variables, const Buildspec& spec, BuildLog& log)
{
    for (const auto& [name, value] : variables) {
        if (holds_a_secret(name) || spec.parameter_store.contains(name) || spec.secrets_manager.contains(name)) {
            log.hide(value);
        }
    }
}

}  // namespace tinystacks::buildspec
