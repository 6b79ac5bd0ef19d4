#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace tinystacks::aws {

/// Names and values of a section; of an indented block "block.name".
using Settings = std::map<std::string, std::string, std::less<>>;

/// The sections of an AWS configuration file by the words in brackets.
///
/// Names are in lower case; a value goes on in lines that are indented deeper than its name; comments begin a line.
/// Throws Error{invalid_input} with the line for a name without value, a name before any section and for two equal
/// sections or names. Source: botocore's configloader and Python's configparser; AWS SDKs and Tools Reference Guide,
/// "Shared config and credentials files".
[[nodiscard]] std::map<std::string, Settings, std::less<>> parse_sections(std::string_view text,
                                                                          const std::string& file);

/// What ~/.aws/config and ~/.aws/credentials (AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE) say.
struct Profiles {
    using Sections = std::map<std::string, Settings, std::less<>>;

    std::filesystem::path config_file;
    std::filesystem::path credentials_file;
    std::string chosen;       ///< AWS_DEFAULT_PROFILE, AWS_PROFILE (in botocore's order), else "default"
    bool asked_for = false;   ///< one of them is set
    Sections profiles = {};   ///< of both files; where both say something, what the credentials file says
    Sections in_config = {};  ///< of the configuration file alone
    Sections in_credentials = {};
    Sections sso_sessions = {};
    Sections services = {};

    /// A setting of the chosen profile; empty when it has none.
    [[nodiscard]] std::optional<std::string> find(std::string_view name) const;
};

/// Reads both files, each at most 1 MiB; one that is missing is empty. Throws as parse_sections(), and
/// Error{not_found} when AWS_PROFILE names a profile that neither has.
[[nodiscard]] Profiles load_profiles(const std::map<std::string, std::string>& environment);

}  // namespace tinystacks::aws
