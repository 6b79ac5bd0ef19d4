#include "aws/endpoint.hpp"

#include "aws/detail/environment.hpp"
#include "aws/profile.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace tinystacks::aws {
namespace {

struct Configured {
    std::string url;
    std::string by;  ///< for messages
};

std::optional<Configured> find_in_profile(std::string_view service, const Profiles& profiles)
{
    const auto by = fmt::format("endpoint_url of profile '{}'", printable(profiles.chosen));
    if (const auto section = profiles.find("services")) {
        const auto found = profiles.services.find(*section);
        if (found == profiles.services.end()) {
            throw Error(ErrorKind::invalid_input, "profile '{}' names the services section '{}', which does not exist",
                        printable(profiles.chosen), printable(*section))
                .at({profiles.config_file.string(), 0, 0});
        }
        const auto url = found->second.find(service_id(service) + ".endpoint_url");
        if (url != found->second.end() && !url->second.empty()) {
            return Configured{url->second, by};
        }
    }
    if (auto url = profiles.find("endpoint_url"); url && !url->empty()) {
        return Configured{std::move(*url), by};
    }
    return std::nullopt;
}

std::optional<Configured> find_configured(std::string_view service,
                                          const std::map<std::string, std::string>& environment)
{
    const auto ignore = to_lower(detail::value_of(environment, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"));
    if (ignore == "true") {
        return std::nullopt;
    }
    for (const auto& name : {"AWS_ENDPOINT_URL_" + to_upper(service_id(service)), std::string("AWS_ENDPOINT_URL")}) {
        if (auto url = detail::value_of(environment, name); !url.empty()) {
            return Configured{std::move(url), name};
        }
    }
    const auto profiles = load_profiles(environment);
    const bool ignored_there = to_lower(profiles.find("ignore_configured_endpoint_urls").value_or("")) == "true";
    return ignore.empty() && ignored_there ? std::nullopt : find_in_profile(service, profiles);
}

void check(const Configured& configured)
{
    const auto& url = configured.url;
    const bool secure = url.starts_with("https://");
    const bool odd = std::ranges::any_of(url, [](unsigned char c) { return c <= ' ' || c >= 0x7F; });
    if ((!secure && !url.starts_with("http://")) || odd || host_of(url).empty() ||
        url.find_first_of("@?#") != std::string::npos) {
        throw Error(ErrorKind::usage, "{} is '{}', which is no URL of a host", configured.by, printable(url));
    }
    if (!secure && !http::is_loopback(host_of(url))) {
        throw Error(ErrorKind::not_allowed, "{} is '{}': credentials are sent by https only, except to this machine",
                    configured.by, url);
    }
}

}  // namespace

std::string host_of(std::string_view url)
{
    const auto scheme = url.find("://");
    if (scheme == std::string_view::npos) {
        return {};
    }
    url.remove_prefix(scheme + 3);
    url = url.substr(0, url.find_first_of("/?#"));
    if (url.starts_with('[')) {
        return std::string(url.substr(0, url.find(']') + 1));
    }
    return std::string(url.substr(0, url.find(':')));
}

Url split_url(std::string_view url)
{
    const auto start = url.find("://") + 3;
    const auto slash = std::min(url.find('/', start), url.size());
    Url parts{std::string(url.substr(0, slash)), to_lower(url.substr(start, slash - start)),
              std::string(url.substr(slash))};
    const std::string_view usual = url.starts_with("https:") ? ":443" : ":80";
    if (parts.host.ends_with(usual)) {
        parts.host.resize(parts.host.size() - usual.size());
    }
    while (parts.path.ends_with('/')) {
        parts.path.pop_back();
    }
    return parts;
}

std::string dns_suffix(std::string_view region)
{
    constexpr std::pair<std::string_view, std::string_view> known[] = {
        {"cn-", "amazonaws.com.cn"}, {"us-isob-", "sc2s.sgov.gov"},  {"us-isof-", "csp.hci.ic.gov"},
        {"us-iso-", "c2s.ic.gov"},   {"eu-isoe-", "cloud.adc-e.uk"}, {"eusc-", "amazonaws.eu"}};
    for (const auto& [prefix, suffix] : known) {
        if (region.starts_with(prefix)) {
            return std::string(suffix);
        }
    }
    return "amazonaws.com";  // us-gov- too
}

std::string service_id(std::string_view service)
{
    constexpr std::pair<std::string_view, std::string_view> known[] = {
        {"api.ecr", "ecr"},
        {"elasticloadbalancing", "elastic_load_balancing_v2"},
        {"logs", "cloudwatch_logs"},
        {"secretsmanager", "secrets_manager"}};
    for (const auto& [host, id] : known) {
        if (service == host) {
            return std::string(id);
        }
    }
    std::string id(service);
    std::ranges::replace(id, '-', '_');
    std::ranges::replace(id, '.', '_');
    return id;
}

Endpoint find_endpoint(std::string_view service, const std::string& region,
                       const std::map<std::string, std::string>& environment)
{
    if (region.empty()) {
        throw Error(ErrorKind::usage, "no region is given for {}: not by a stage, AWS_REGION or a profile", service)
            .with_hint("export AWS_REGION=us-east-1");
    }
    if (auto configured = find_configured(service, environment)) {
        check(*configured);
        while (configured->url.ends_with('/')) {
            configured->url.pop_back();
        }
        return {std::move(configured->url), true};
    }
    return {fmt::format("https://{}.{}.{}", service, region, dns_suffix(region)), false};
}

}  // namespace tinystacks::aws
