#include "registry/registry.hpp"

#include "base/error.hpp"
#include "base/sha256.hpp"
#include "base/text.hpp"
#include "registry/detail/copier.hpp"
#include "registry/detail/manifest.hpp"
#include "registry/detail/session.hpp"

namespace tinystacks::registry {

Client::Client(http::Transport& transport, FindCredentials find_credentials)
    : session_(std::make_unique<detail::Session>(transport, std::move(find_credentials)))
{}

Client::~Client() = default;

std::optional<Digest> Client::find_digest(const Repository& repository, std::string_view tag,
                                          const Interruption& interruption)
{
    if (!is_tag(tag) && !is_digest(tag)) {
        throw Error(ErrorKind::invalid_input, "'{}' is neither a tag nor a digest", printable(tag));
    }
    http::Request request;
    request.method = "HEAD";
    request.url = fmt::format("{}/manifests/{}", detail::Session::url_of(repository), tag);
    request.headers = detail::accept_manifests();
    const auto scope = detail::pull_scope(repository);
    auto exchange = session_->ask(repository.host, scope, request, interruption);
    if (exchange.response.status == 404) {
        return std::nullopt;
    }
    const auto told = exchange.response.find_header("docker-content-digest");
    if (exchange.response.status == 200 && told && is_digest(*told)) {
        return told;
    }
    // A HEAD's error has no words, and some registries tell no digest: both are in the GET's answer.
    request.method = "GET";
    exchange = session_->ask(repository.host, scope, request, interruption);
    if (exchange.response.status == 404) {
        return std::nullopt;
    }
    if (exchange.response.status != 200) {
        detail::Session::fail(repository, fmt::format("look up '{}'", tag), exchange);
    }
    return "sha256:" + sha256_hex(exchange.body);
}

void Client::copy(const Repository& from, const Digest& digest, const Repository& to, std::string_view tag,
                  const Interruption& interruption)
{
    if (!is_digest(digest)) {
        throw Error(ErrorKind::invalid_input, "'{}' is no digest", printable(digest));
    }
    if (!is_tag(tag)) {
        throw Error(ErrorKind::invalid_input, "'{}' cannot be a tag", printable(tag));
    }
    detail::Copier(*session_, from, to, interruption).copy(digest, tag);
}

}  // namespace tinystacks::registry
