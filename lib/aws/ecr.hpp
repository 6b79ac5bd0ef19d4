#pragma once

#include "aws/client.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"

#include <optional>
#include <string>

namespace tinystacks::aws {

/// What logs in to the registries of an account's region.
struct RegistryLogin {
    std::string user;
    Secret password;
    std::string endpoint;  ///< "https://123456789012.dkr.ecr.us-east-1.amazonaws.com"
    Time expires_at;
};

/// A repository of an account.
struct EcrRepository {
    std::string account;  ///< twelve digits; empty: the caller's
    std::string name;     ///< "shop-api"
};

struct EcrImage {
    std::string digest;  ///< of the manifest: "sha256:…"
    std::string media_type;
    std::string manifest;  ///< as it was pushed
};

/// Amazon Elastic Container Registry, as far as a promotion needs it. Throws as Client::send_json().
class Ecr {
public:
    explicit Ecr(Client& client) : client_(client) {}

    /// Good for twelve hours.
    [[nodiscard]] RegistryLogin get_authorization_token(const Interruption& interruption = {});
    /// The image of a tag, or of a digest. Empty when the repository has no such image. Throws Refusal{not_found} when
    /// there is no such repository.
    [[nodiscard]] std::optional<EcrImage> find_image(const EcrRepository& repository, const std::string& reference,
                                                     const Interruption& interruption = {});
    /// Lets `tag` name an image whose layers the repository holds already. Nothing happens when it does so now.
    /// Throws Refusal (ImageTagAlreadyExistsException) when tags of the repository are immutable.
    void put_image(const EcrRepository& repository, const EcrImage& image, const std::string& tag,
                   const Interruption& interruption = {});

private:
    Client& client_;
};

}  // namespace tinystacks::aws
