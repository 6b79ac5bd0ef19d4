#include "base/error.hpp"
#include "base/text.hpp"
#include "provider/client.hpp"

#include <algorithm>
#include <array>

namespace tinystacks::provider {
namespace {

struct Inclusion {
    Kind kind;
    std::string_view scope;
    std::string_view included;
};

/// Source: GitHub docs, "Scopes for OAuth apps" (`repo` has full access to repositories' hooks too); GitLab docs,
/// "Personal access token scopes".
constexpr std::array inclusions = {
    Inclusion{Kind::github, "repo", "public_repo"},
    Inclusion{Kind::github, "repo", "repo:status"},
    Inclusion{Kind::github, "repo", "repo_deployment"},
    Inclusion{Kind::github, "repo", "repo:invite"},
    Inclusion{Kind::github, "repo", "security_events"},
    Inclusion{Kind::github, "repo", "admin:repo_hook"},
    Inclusion{Kind::github, "repo", "write:repo_hook"},
    Inclusion{Kind::github, "repo", "read:repo_hook"},
    Inclusion{Kind::github, "admin:repo_hook", "write:repo_hook"},
    Inclusion{Kind::github, "admin:repo_hook", "read:repo_hook"},
    Inclusion{Kind::github, "write:repo_hook", "read:repo_hook"},
    Inclusion{Kind::github, "user", "read:user"},
    Inclusion{Kind::github, "admin:org", "read:org"},
    Inclusion{Kind::github, "write:org", "read:org"},
    Inclusion{Kind::gitlab, "api", "read_api"},
    Inclusion{Kind::gitlab, "api", "read_user"},
    Inclusion{Kind::gitlab, "api", "read_repository"},
    Inclusion{Kind::gitlab, "api", "write_repository"},
    Inclusion{Kind::gitlab, "read_api", "read_user"},
    Inclusion{Kind::gitlab, "write_repository", "read_repository"},
};

bool covers(Kind kind, const std::string& scope, const std::string& wanted)
{
    return scope == wanted || std::ranges::any_of(inclusions, [&](const Inclusion& each) {
               return each.kind == kind && each.scope == scope && each.included == wanted;
           });
}

}  // namespace

std::vector<std::string> scopes_for(Kind kind, Use use)
{
    if (kind == Kind::github) {
        return {"repo"};  // the smallest that clones private repositories; it has their webhooks as well
    }
    return use == Use::read ? std::vector<std::string>{"read_api", "read_repository"} : std::vector<std::string>{"api"};
}

std::vector<std::string> missing_scopes(Kind kind, const std::vector<std::string>& scopes,
                                        const std::vector<std::string>& wanted)
{
    std::vector<std::string> missing;
    std::ranges::copy_if(wanted, std::back_inserter(missing), [&](const std::string& each) {
        return std::ranges::none_of(scopes, [&](const std::string& scope) { return covers(kind, scope, each); });
    });
    return missing;
}

void require_scopes(Kind kind, const std::vector<std::string>& scopes, const std::vector<std::string>& wanted)
{
    const auto missing = missing_scopes(kind, scopes, wanted);
    if (!missing.empty()) {
        throw Error(ErrorKind::failed, "the token lacks the scope{} {}; it has {}", missing.size() > 1 ? "s" : "",
                    join(missing, ", "), scopes.empty() ? "none" : printable_line(join(scopes, ", ")))
            .with_hint(fmt::format("make a token with {}", join(wanted, ", ")));
    }
}

Secret parse_token(std::string_view text)
{
    constexpr std::size_t longest = 4096;
    const auto token = trim(text);
    if (token.empty()) {
        throw Error(ErrorKind::usage, "the token is empty").with_hint("give it on standard input");
    }
    if (token.size() > longest || !std::ranges::all_of(token, [](char c) { return c > ' ' && c < 0x7F; })) {
        throw Error(ErrorKind::usage, "what was given is no token: one word of at most {} printable letters of ASCII",
                    longest);
    }
    return Secret(std::string(token));
}

}  // namespace tinystacks::provider
