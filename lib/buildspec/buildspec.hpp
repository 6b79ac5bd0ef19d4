#pragma once

#include "base/error.hpp"
#include "document/node.hpp"

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// AWS CodeBuild's build specification, versions 0.1 and 0.2.
/// Source: AWS CodeBuild User Guide, "Build specification reference for CodeBuild".
namespace tinystacks::buildspec {

enum class PhaseName { install, pre_build, build, post_build };
inline constexpr std::array phase_names = {PhaseName::install, PhaseName::pre_build, PhaseName::build,
                                           PhaseName::post_build};

enum class OnFailure { standard, abort, proceed, retry };

/// What a phase does when a command of it failed (`on-failure`).
struct FailurePolicy {
    OnFailure action = OnFailure::standard;
    int attempts = 3;            ///< extra attempts of RETRY, 0 to 100
    std::string pattern = ".*";  ///< RETRY only when the error message matches
    bool operator==(const FailurePolicy&) const = default;
};

/// One item of `commands` or `finally`, unchanged as YAML gives it.
struct ShellCommand {
    std::string text;
    Position where;
    bool operator==(const ShellCommand&) const = default;
};

struct Phase {
    bool defined = false;
    FailurePolicy on_failure;
    std::string run_as;
    std::vector<ShellCommand> commands;
    std::vector<ShellCommand> finally;
    std::map<std::string, std::string> runtime_versions;
};

/// A list entry or name that may hold variables, with its place.
struct Pattern {
    std::string text;
    Position where;
    bool operator==(const Pattern&) const = default;
};

struct Artifact {
    std::vector<Pattern> files;
    std::vector<Pattern> exclude_paths;
    std::string base_directory;  ///< empty means the source's root
    std::string name;            ///< shell text, evaluated at the end; empty means the default
    std::string s3_prefix;
    bool discard_paths = false;
    bool enable_symlinks = false;
    Position where;
};

struct Artifacts {
    Artifact primary;
    std::map<std::string, Artifact> secondary;
};

/// A variable whose value is kept elsewhere: `reference` is the parameter's name or the secret's id.
struct Reference {
    std::string reference;
    Position where;
    bool operator==(const Reference&) const = default;
};

struct Report {
    std::vector<Pattern> files;
    std::string base_directory;
    std::string file_format;
    bool discard_paths = false;
};

/// What Secrets Manager is asked for: id[:json-key[:version-stage[:version-id]]].
struct SecretReference {
    std::string id;
    std::string json_key;
    std::string version_stage;
    std::string version_id;
    bool operator==(const SecretReference&) const = default;
};

enum class Version { v0_1, v0_2 };

struct Buildspec {
    Version version = Version::v0_2;
    std::string shell;  ///< env.shell; empty means the tool's default
    std::string run_as;
    std::vector<std::pair<std::string, std::string>> variables;  ///< in the order written
    std::map<std::string, Reference> parameter_store;
    std::map<std::string, Reference> secrets_manager;
    std::vector<std::string> exported_variables;
    bool git_credential_helper = false;
    std::map<PhaseName, Phase> phases;
    std::map<std::string, Report> reports;
    std::optional<Artifacts> artifacts;
    bool has_cache = false;
    bool has_batch = false;

    [[nodiscard]] const Phase& phase(PhaseName name) const;
};

/// A buildspec and what is odd about it; `problems` holds warnings only.
struct Checked {
    Buildspec buildspec;
    std::vector<Problem> problems;
};

inline constexpr std::size_t most_bytes = std::size_t{1} << 20;  ///< a larger file is refused

/// Reads and checks a buildspec: everything that docs/buildspec.md and AWS's reference refuse before anything runs is
/// thrown as one Error{invalid_input} with every problem found, warnings included, in the order of the text; what
/// CodeBuild tolerates is a warning in `problems`. Rules are named `buildspec.…`.
[[nodiscard]] Checked parse(std::string_view text, const std::string& file);

/// Splits a secrets-manager value, ARNs (which hold colons themselves) included.
/// Throws Error{invalid_input} when version stage and version id are both given, or a part is malformed.
[[nodiscard]] SecretReference parse_secret_reference(std::string_view text);

/// "install", "pre_build", … as a buildspec writes it.
[[nodiscard]] std::string_view to_string(PhaseName name);

}  // namespace tinystacks::buildspec
