#pragma once

#include <map>
#include <string>
#include <string_view>

namespace tinystacks::provider {

enum class Kind { github, gitlab };

/// "github" or "gitlab".
[[nodiscard]] std::string_view to_string(Kind kind);
/// "GitHub" or "GitLab", for sentences.
[[nodiscard]] std::string_view title(Kind kind);

/// One installation of a provider: github.com, or an organisation's own server.
struct Site {
    Kind kind = Kind::github;
    std::string host;  ///< small letters; with a port where it has one of its own

    bool operator==(const Site&) const = default;
};

/// The provider's public installation: github.com, gitlab.com.
[[nodiscard]] Site public_site(Kind kind);
/// Throws Error{usage} for what is no host name with or without a port: a URL, a path, a user name.
[[nodiscard]] Site parse_site(Kind kind, std::string_view host);

/// Where people sign in: "https://HOST", http on this machine.
[[nodiscard]] std::string web_base(const Site& site);
/// Where programs ask. Source: GitHub: api.github.com, and HOST/api/v3 of GitHub Enterprise; GitLab: HOST/api/v4.
[[nodiscard]] std::string api_base(const Site& site);

/// The command that connects it, for hints.
[[nodiscard]] std::string connect_command(const Site& site);

/// Whose servers may be named by a clone URL, besides github.com and gitlab.com: those that are connected.
using Hosts = std::map<std::string, Kind>;

/// A repository as a clone URL names it.
struct Remote {
    Site site;
    std::string owner;  ///< of GitLab possibly nested: "acme/platform"
    std::string name;   ///< without ".git"

    bool operator==(const Remote&) const = default;
};

/// Reads https://HOST/OWNER/NAME(.git), ssh://git@HOST/OWNER/NAME.git or git@HOST:OWNER/NAME.git.
/// Throws Error{usage} for anything else: another scheme or port, a password or token (not quoted), a host that is an
/// address or belongs to nobody in `hosts`, a path with empty or dot segments, query, fragment, escapes, characters
/// that are not printable ASCII, more than 1,024 bytes. Source: security requirement GT-01.
[[nodiscard]] Remote parse_remote(std::string_view url, const Hosts& hosts = {});
/// Throws Error{usage} for what cannot be a repository's name, alone or behind its owner's: the path of a clone URL as
/// parse_remote() takes it.
void check_repository_name(std::string_view text);
/// The https URL from which it is cloned.
[[nodiscard]] std::string clone_url(const Remote& remote);

}  // namespace tinystacks::provider
