#pragma once

#include "base/error.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tinystacks::stage {

/// The name of a stage: part of image tags and of AWS names.
///
/// Two to forty lower-case letters, digits or hyphens; a letter first, no hyphen last; not `latest`, which tags the
/// build's image. Source: ours (security requirement PA-08); the tag grammar of the OCI Distribution Specification
/// holds more.
class Name {
public:
    /// Throws Error{invalid_input} quoting `text` and the rule it breaks.
    [[nodiscard]] static Name parse(std::string_view text);
    /// A name made of `text`, such as a folder's; empty when there is none to be made of it.
    [[nodiscard]] static std::optional<Name> find_near(std::string_view text);
    [[nodiscard]] const std::string& str() const { return text_; }
    auto operator<=>(const Name&) const = default;

private:
    explicit Name(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

struct EcsTarget {
    std::string cluster;  ///< name or ARN
    std::string service;  ///< `placeholder` until the first image exists
    bool operator==(const EcsTarget&) const = default;
};
struct LambdaTarget {
    std::string function;  ///< name or ARN
    bool operator==(const LambdaTarget&) const = default;
};
struct DockerTarget {
    int port = 0;            ///< on 127.0.0.1
    int container_port = 0;  ///< what the application listens on
    bool operator==(const DockerTarget&) const = default;
};
/// What runs the container.
using Target = std::variant<EcsTarget, LambdaTarget, DockerTarget>;

enum class Approval { none, required };

using Variables = std::map<std::string, std::string>;

struct Stage {
    Name name;
    Target target = DockerTarget{};
    std::string account = {};  ///< twelve digits, or empty
    std::string region = {};   ///< empty for the docker target
    std::string role = {};     ///< ARN assumed for this stage, or empty
    std::string external_id = {};
    std::string image = {};   ///< the stage's own (regional) repository, or empty
    std::string health = {};  ///< path such as /ping, or empty
    std::string test = {};    ///< a buildspec's path, or empty
    Approval approval = Approval::none;
    Variables runtime = {};
    Position where = {};
};

/// "ecs", "lambda" or "docker".
[[nodiscard]] std::string_view kind(const Target& target);

/// Why a variable may not be declared, or empty when it may. `immutable` ones are set by tinystacks for builds and
/// releases; CODEBUILD_ and TINYSTACKS_ are reserved prefixes; for build variables also those that steer the
/// programs we start (loader, git, AWS, proxies, TLS: security requirement RB-05).
enum class VariableUse { build, runtime };
[[nodiscard]] std::optional<std::string> find_refusal(std::string_view name, VariableUse use);

/// The names tinystacks sets for build.yml and release.yml and nobody may declare (docs/project-file.md).
[[nodiscard]] const std::vector<std::string>& immutable_names();

}  // namespace tinystacks::stage
