#pragma once

#include "provider/client.hpp"
#include "provider/detail/api.hpp"

namespace tinystacks::provider::detail {

/// Source: GitHub docs, "REST API", version 2022-11-28.
class GitHub final : public Client {
public:
    GitHub(const Site& site, const Secret& token, const World& world);

    [[nodiscard]] Account verify(const Interruption& interruption) override;
    [[nodiscard]] std::vector<Repository> list_repositories(std::string_view text, std::size_t limit,
                                                            const Interruption& interruption) override;
    [[nodiscard]] std::optional<Repository> find_repository(std::string_view owner, std::string_view name,
                                                            const Interruption& interruption) override;
    WebhookChange set_webhook(const Repository& repository, const Webhook& hook,
                              const Interruption& interruption) override;
    std::size_t remove_webhook(const Repository& repository, std::string_view url,
                               const Interruption& interruption) override;

private:
    Api api_;
};

}  // namespace tinystacks::provider::detail
