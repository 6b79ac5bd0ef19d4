#include "provider/oauth.hpp"

#include "base/error.hpp"
#include "provider/detail/oauth_reply.hpp"

namespace tinystacks::provider {
namespace {

/// Where a person takes a token back. Source: the paths of both providers' settings pages.
std::string settings_of(const Application& application)
{
    const auto& site = application.site;
    const auto base = web_base(site);
    if (site.kind == Kind::gitlab) {
        return base + "/-/user_settings/personal_access_tokens";
    }
    return application.client_id.empty()
               ? base + "/settings/tokens"
               : fmt::format("{}/settings/connections/applications/{}", base, application.client_id);
}

}  // namespace

Grant refresh_grant(const Application& application, const Secret& refresh_token, const World& world,
                    const Interruption& interruption)
{
    const auto& site = application.site;
    const auto exchange = detail::post_form(site, detail::token_path(site),
                                            {{"client_id", application.client_id},
                                             {"grant_type", "refresh_token"},
                                             {"refresh_token", refresh_token.reveal()}},
                                            world, interruption);
    const auto reply = detail::parse_reply(site, exchange);
    if (!reply.error.empty()) {
        throw detail::refusal_of(application, reply);
    }
    return detail::grant_of(site, reply, world.clock());
}

Revocation revoke(const Application& application, const Secret& token, const World& world,
                  const Interruption& interruption)
{
    const auto& site = application.site;
    if (site.kind == Kind::github || application.client_id.empty()) {
        const auto why = application.client_id.empty()
                             ? "a personal token is its owner's to delete"
                             : "GitHub lets only who has the application's secret take a token back";
        return {false, fmt::format("{}: {}", why, settings_of(application))};
    }
    const auto exchange = detail::post_form(
        site, "/oauth/revoke", {{"client_id", application.client_id}, {"token", token.reveal()}}, world, interruption);
    if (exchange.response.status != 200) {
        throw Error(ErrorKind::failed, "{} at '{}' did not revoke the token (HTTP {})", title(site.kind), site.host,
                    exchange.response.status)
            .with_hint(web_base(site) + "/-/user_settings/applications");
    }
    return {true, {}};
}

}  // namespace tinystacks::provider
