#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::source {

/// The name of a code source that we create: one to a hundred letters, digits, '-', '_' and '.', of which a letter or a
/// digit stands first; so '.' and '..' are none. Source: ours; a code source is called like its repository, and these
/// are GitHub's rules for those.
class Name {
public:
    /// Throws Error{invalid_input} quoting `text` and the rule it breaks.
    [[nodiscard]] static Name parse(std::string_view text);
    /// A name made of `text`, such as a repository's; empty when there is none to be made of it.
    [[nodiscard]] static std::optional<Name> find_near(std::string_view text);
    [[nodiscard]] const std::string& str() const { return text_; }
    auto operator<=>(const Name&) const = default;

private:
    explicit Name(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

/// Throws Error{usage} when a server cannot have a `kind` ("code source", "stack") called `name`: one that is empty,
/// holds control characters, or would change a URL's path ('.', '..'). Everything else is taken as given.
void check_existing_name(std::string_view kind, std::string_view name);

/// Why nobody clones from `url`, or empty when one may: `https://host[:443]/path`, `ssh://[user@]host[:22]/path` or
/// `user@host:path`, of ASCII letters, digits and '.', '-', '_'; no password, no IP address or name of an inner
/// network. `hosts` are those allowed; empty allows every one. `origins` ("https://git.example.com:8443") are servers
/// that the operator named: wherever those are, only the path has to be one. Source: security requirement GT-01.
[[nodiscard]] std::optional<std::string> find_clone_url_refusal(std::string_view url,
                                                                const std::vector<std::string>& hosts = {},
                                                                const std::vector<std::string>& origins = {});

}  // namespace tinystacks::source
