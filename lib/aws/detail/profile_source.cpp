#include "aws/detail/profile_source.hpp"

#include "aws/assume_role.hpp"
#include "aws/detail/environment.hpp"
#include "aws/environment_keys.hpp"
#include "aws/metadata_keys.hpp"
#include "aws/process_keys.hpp"
#include "aws/renewing.hpp"
#include "aws/web_identity.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

namespace tinystacks::aws::detail {
namespace {

using Source = std::unique_ptr<CredentialSource>;

constexpr std::chrono::seconds longest_of_chain = std::chrono::hours(1);

std::string setting(const Settings& settings, std::string_view name)
{
    const auto found = settings.find(name);
    return found == settings.end() ? std::string() : found->second;
}

class StaticKeys final : public CredentialSource {
public:
    explicit StaticKeys(Credentials keys) : keys_(std::move(keys)) {}
    Credentials get(const Interruption&) override { return keys_; }
    void forget() override {}

private:
    Credentials keys_;
};

/// A role and the source it is assumed with.
class RoleOfProfile final : public CredentialSource {
public:
    RoleOfProfile(const ChainParts& parts, Source source, Role role)
        : source_(std::move(source)), role_(parts.world, *source_, parts.region, std::move(role))
    {}
    Credentials get(const Interruption& interruption) override { return role_.get(interruption); }
    void forget() override { role_.forget(); }

private:
    Source source_;
    AssumedRole role_;
};

/// One profile's way to its source; `visited` are the profiles on the way here.
class Finder {
public:
    Finder(const ChainParts& parts, const Profiles& profiles) : parts_(parts), profiles_(profiles) {}

    Source find(const std::string& name, WebIdentity identity)
    {
        const auto found = profiles_.profiles.find(name);
        const Settings none;
        const auto& settings = found == profiles_.profiles.end() ? none : found->second;
        if (settings.contains("role_arn") && !settings.contains("web_identity_token_file")) {
            return role_of(name, settings);
        }
        return find_without_role(name, settings, identity);
    }

private:
    template <typename... Args>
    [[noreturn]] static void refuse(const std::string& name, fmt::format_string<Args...> text, Args&&... args)
    {
        throw Error(ErrorKind::unauthenticated, "profile '{}': {}", printable(name),
                    fmt::format(text, std::forward<Args>(args)...));
    }

    Source find_without_role(const std::string& name, const Settings& settings, WebIdentity identity)
    {
        if (auto source = find_web_identity(name, settings, identity)) {
            return source;
        }
        if (settings.contains("sso_account_id") || settings.contains("sso_role_name")) {
            const auto* key = settings.contains("sso_session") ? "sso_session" : "sso_start_url";
            return std::make_unique<SignedInKeys>(parts_.launcher, parts_.world.environment, name, key);
        }
        if (auto source = find_keys(name, profiles_.in_credentials)) {
            return source;
        }
        if (settings.contains("login_session")) {
            return std::make_unique<SignedInKeys>(parts_.launcher, parts_.world.environment, name, "login_session");
        }
        if (const auto command = setting(settings, "credential_process"); !command.empty()) {
            return process_of(name, command);
        }
        return find_keys(name, profiles_.in_config);
    }

    /// Keys that stand in a file.
    static Source find_keys(const std::string& name, const Profiles::Sections& sections)
    {
        const auto found = sections.find(name);
        if (found == sections.end() || !found->second.contains("aws_access_key_id")) {
            return nullptr;
        }
        Credentials keys;
        keys.access_key_id = setting(found->second, "aws_access_key_id");
        keys.secret_access_key = Secret(setting(found->second, "aws_secret_access_key"));
        const auto old_token = setting(found->second, "aws_security_token");
        keys.session_token = Secret(old_token.empty() ? setting(found->second, "aws_session_token") : old_token);
        keys.source = fmt::format("profile '{}'", printable(name));
        if (keys.access_key_id.empty() || keys.secret_access_key.empty()) {
            refuse(name, "{} is missing", keys.access_key_id.empty() ? "aws_access_key_id" : "aws_secret_access_key");
        }
        return std::make_unique<StaticKeys>(std::move(keys));
    }

    Source process_of(const std::string& name, const std::string& command) const
    {
        std::vector<std::string> argv;
        try {
            argv = split_command(command);
        } catch (const Error& error) {
            refuse(name, "credential_process is {}", error.message());
        }
        return std::make_unique<ProcessKeys>(parts_.launcher, parts_.world.environment, std::move(argv),
                                             fmt::format("profile '{}' (credential_process)", printable(name)));
    }

    Source find_web_identity(const std::string& name, const Settings& settings, WebIdentity identity) const
    {
        const auto either = [&](const char* variable, const char* key) {
            auto value = identity == WebIdentity::environment_first ? value_of(parts_.world.environment, variable)
                                                                    : std::string();
            return value.empty() ? setting(settings, key) : value;
        };
        const auto file = either("AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file");
        if (file.empty()) {
            return nullptr;
        }
        Role role{.arn = either("AWS_ROLE_ARN", "role_arn"),
                  .session_name = either("AWS_ROLE_SESSION_NAME", "role_session_name")};
        if (role.arn.empty()) {
            throw Error(ErrorKind::unauthenticated, "a web identity token is given, but no role")
                .with_hint("export AWS_ROLE_ARN=arn:aws:iam::…");
        }
        complete(name, role);
        return std::make_unique<WebIdentityRole>(parts_.world, parts_.region, role,
                                                 in_home(file, parts_.world.environment));
    }

    /// Fills in what every role needs, and checks it.
    void complete(const std::string& name, Role& role) const
    {
        if (parts_.region.empty()) {
            refuse(name, "a role is assumed in a region, and none is given");
        }
        if (role.session_name.empty()) {
            role.session_name = parts_.session_name;
        }
        try {
            check(role);
        } catch (const Error& error) {
            refuse(name, "{}", error.message());
        }
    }

    static std::chrono::seconds duration_of(const std::string& name, const Settings& settings)
    {
        const auto text = setting(settings, "duration_seconds");
        int seconds = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
        if (!text.empty() && (error != std::errc() || end != text.data() + text.size())) {
            refuse(name, "duration_seconds '{}' is no number", printable(text));
        }
        return text.empty() ? Role().duration : std::chrono::seconds(seconds);
    }

    Source role_of(const std::string& name, const Settings& settings)
    {
        const auto source = setting(settings, "source_profile");
        const auto kind = setting(settings, "credential_source");
        if (source.empty() == kind.empty()) {
            refuse(name, "role_arn needs {} of source_profile and credential_source",
                   source.empty() ? "one" : "only one");
        }
        if (settings.contains("mfa_serial")) {
            throw Error(ErrorKind::unauthenticated,
                        "profile '{}': mfa_serial asks for a code, which is not asked for here", printable(name))
                .with_hint(fmt::format("eval \"$(aws configure export-credentials --profile {} --format env)\"",
                                       shell_quote(name)));
        }
        Role role{.arn = setting(settings, "role_arn"),
                  .external_id = setting(settings, "external_id"),
                  .session_name = setting(settings, "role_session_name"),
                  .duration = duration_of(name, settings)};
        complete(name, role);
        if (role.duration > longest_of_chain && is_chained(source, kind)) {
            refuse(name,
                   "duration_seconds is {}, but keys that come from a role themselves assume another for an hour at "
                   "most",
                   role.duration.count());
        }
        visited_.push_back(name);
        return std::make_unique<RoleOfProfile>(parts_, kind.empty() ? source_profile(name, source) : named(name, kind),
                                               std::move(role));
    }

    /// Whether the keys that assume a role are a role's: of the machine's, or of a profile that assumes one or is
    /// signed in to one. Source: AWS IAM User Guide, "Roles terms and concepts", role chaining.
    [[nodiscard]] bool is_chained(const std::string& source, const std::string& kind) const
    {
        if (!kind.empty()) {
            return to_lower(kind) != "environment";
        }
        const auto found = profiles_.profiles.find(source);
        return found != profiles_.profiles.end() && !found->second.contains("aws_access_key_id") &&
               (found->second.contains("role_arn") || found->second.contains("sso_role_name"));
    }

    Source source_profile(const std::string& name, const std::string& source)
    {
        const auto found = profiles_.profiles.find(source);
        if (found == profiles_.profiles.end()) {
            refuse(name, "source_profile '{}' does not exist", printable(source));
        }
        // A profile may name itself where it holds keys, which are then what is meant.
        const bool has_keys =
            found->second.contains("aws_access_key_id") || found->second.contains("aws_secret_access_key");
        if (std::ranges::find(visited_, source) != visited_.end() && !(source == name && has_keys)) {
            refuse(name, "source_profile '{}' leads back to itself", printable(source));
        }
        auto keys = has_keys ? find_without_role(source, found->second, WebIdentity::profile_only)
                             : find(source, WebIdentity::profile_only);
        if (!keys) {
            refuse(name, "source_profile '{}' has no credentials", printable(source));
        }
        return keys;
    }

    Source named(const std::string& name, const std::string& kind) const
    {
        const auto& world = parts_.world;
        const auto wanted = to_lower(kind);
        if (wanted == "environment") {
            return std::make_unique<EnvironmentKeys>(world.environment);
        }
        if (wanted == "ecscontainer") {
            return std::make_unique<ContainerKeys>(world.transport, world.environment, world.patience);
        }
        if (wanted == "ec2instancemetadata") {
            return std::make_unique<InstanceKeys>(world.transport, world.environment);
        }
        refuse(name, "credential_source '{}' is none of Environment, EcsContainer, Ec2InstanceMetadata",
               printable(kind));
    }

    const ChainParts& parts_;
    const Profiles& profiles_;
    std::vector<std::string> visited_;
};

}  // namespace

Source find_profile_source(const ChainParts& parts, const Profiles& profiles, const std::string& name,
                           WebIdentity identity)
{
    return Finder(parts, profiles).find(name, identity);
}

}  // namespace tinystacks::aws::detail
