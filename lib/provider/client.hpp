#pragma once

#include "base/secret.hpp"
#include "base/time.hpp"
#include "http/retry.hpp"
#include "http/transport.hpp"
#include "provider/site.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tinystacks::provider {

/// What a token is good for.
struct Account {
    std::string login;
    /// Empty where the provider tells none: a fine-grained token or an app's of GitHub.
    std::optional<std::vector<std::string>> scopes;
    std::optional<Time> expires_at;  ///< of the token; empty when it has no end or none is told
};

struct Repository {
    std::string owner;  ///< of GitLab possibly nested: "acme/platform"
    std::string name;
    std::string clone_url;  ///< https
    std::string web_url;
    std::string default_branch;  ///< empty: it has no commit yet
    bool is_private = false;
    bool may_push = false;
    bool may_administer = false;  ///< webhooks need it

    [[nodiscard]] std::string full_name() const { return owner + "/" + name; }
    bool operator==(const Repository&) const = default;
};

/// What is told about pushes, and to whom.
struct Webhook {
    std::string url;
    Secret secret;  ///< with which the provider signs; must not be empty
};

enum class WebhookChange { created, updated };

/// What became of a token that is no longer wanted.
struct Revocation {
    bool revoked = false;
    std::string advice;  ///< where to do it by hand, when the provider lets no client do it
};

/// What asking a provider needs of the world.
struct World {
    http::Transport& transport;
    Clock clock = system_time;
    http::Patience patience = http::real_patience();
};

/// A provider asked with one token.
///
/// Every call throws Error{unauthenticated} for 401, Error{unavailable} when a rate limit is used up (it says until
/// when), Error{not_allowed} for another 403, Error{not_found} for 404 (which both providers give for what a token may
/// not see, too), and Error{failed} for other answers. The token goes to api_base() alone; pages of a list are followed
/// within that origin only. The parts of `World` must outlive the client.
class Client {
public:
    virtual ~Client() = default;

    /// Whose token this is. `oauth` tokens of GitLab and personal ones are both understood.
    [[nodiscard]] virtual Account verify(const Interruption& interruption = {}) = 0;
    /// Repositories that the token's owner belongs to and whose name holds `text` (all, when that is empty), those that
    /// were pushed to last first, at most `limit`.
    [[nodiscard]] virtual std::vector<Repository> list_repositories(std::string_view text, std::size_t limit,
                                                                    const Interruption& interruption = {}) = 0;
    /// Empty when there is none that the token may see.
    [[nodiscard]] virtual std::optional<Repository> find_repository(std::string_view owner, std::string_view name,
                                                                    const Interruption& interruption = {}) = 0;
    /// Makes sure that pushes are told to `hook.url`: a webhook of that URL is brought to `hook`, else one is created.
    virtual WebhookChange set_webhook(const Repository& repository, const Webhook& hook,
                                      const Interruption& interruption = {}) = 0;
    /// Removes every webhook of that URL; how many there were.
    virtual std::size_t remove_webhook(const Repository& repository, std::string_view url,
                                       const Interruption& interruption = {}) = 0;
};

[[nodiscard]] std::unique_ptr<Client> make_client(const Site& site, const Secret& token, const World& world);

/// Repositories called `name`, or `owner/name`, of those that the token's owner belongs to.
[[nodiscard]] std::vector<Repository> find_repositories_named(Client& client, std::string_view name,
                                                              const Interruption& interruption = {});

/// A token as a person gives it, without blanks around it. Throws Error{usage} when it is empty, longer than 4,096
/// bytes or holds what is no printable ASCII. Source: security requirement CR-09.
[[nodiscard]] Secret parse_token(std::string_view text);

/// The scopes to ask for, or to find wanting: `webhooks` adds what creating them takes. Source: requirement OA-04.
enum class Use { read, webhooks };
[[nodiscard]] std::vector<std::string> scopes_for(Kind kind, Use use);
/// Which of `wanted` a token with `scopes` lacks; a scope that includes another counts for it.
[[nodiscard]] std::vector<std::string> missing_scopes(Kind kind, const std::vector<std::string>& scopes,
                                                      const std::vector<std::string>& wanted);
/// Throws Error{failed} naming those that are missing.
void require_scopes(Kind kind, const std::vector<std::string>& scopes, const std::vector<std::string>& wanted);

}  // namespace tinystacks::provider
