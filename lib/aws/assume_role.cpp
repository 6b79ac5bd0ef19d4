#include "aws/assume_role.hpp"

#include "aws/error.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <utility>

namespace tinystacks::aws {
namespace {

using namespace std::chrono_literals;

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool is_word_character(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/// Of letters, digits, '_' and `marks` only, `least` to `most` of them.
bool is_made_of(std::string_view text, std::string_view marks, std::size_t least, std::size_t most)
{
    return text.size() >= least && text.size() <= most && std::ranges::all_of(text, [&](char c) {
               return is_word_character(c) || marks.find(c) != std::string_view::npos;
           });
}

bool is_partition(std::string_view text)
{
    if (text == "aws" || text == "aws-cn" || text == "aws-us-gov" || text == "aws-eusc") {
        return true;
    }
    return text.starts_with("aws-iso") &&
           std::ranges::all_of(text.substr(7), [](char c) { return c == '-' || (c >= 'a' && c <= 'z'); });
}

/// Source: security requirement AW-03.
bool is_role_arn(std::string_view arn)
{
    const auto parts = split(arn, ':');
    return parts.size() == 6 && parts[0] == "arn" && is_partition(parts[1]) && parts[2] == "iam" && parts[3].empty() &&
           parts[4].size() == 12 && std::ranges::all_of(parts[4], is_digit) && parts[5].starts_with("role/") &&
           is_made_of(parts[5].substr(5), "+=,.@/-", 1, 512);
}

[[noreturn]] void refuse(std::string_view what, std::string_view text, std::string_view rule)
{
    throw Error(ErrorKind::invalid_input, "{} '{}' is not allowed: {}", what, printable(text.substr(0, 200)), rule);
}

/// What a person can do about a role that lets nobody in. STS tells a wrong external id from a wrong caller by nothing.
std::string hint_for(const Role& role)
{
    return role.external_id.empty()
               ? std::string("let the role's trust policy name the caller; give the external_id if it wants one")
               : fmt::format("compare external_id '{}' and the caller with the role's trust policy", role.external_id);
}

class RoleSource final : public CredentialSource {
public:
    RoleSource(Client::World world, CredentialSource& source, const std::string& region, Role role)
        : client_(std::move(world), source, region), role_(std::move(role))
    {}

    Credentials get(const Interruption& interruption) override
    {
        try {
            return Sts(client_).assume_role(role_, interruption);
        } catch (const Refusal& refusal) {
            if (refusal.kind() != ErrorKind::not_allowed) {
                throw;
            }
            throw Refusal("AssumeRole", refusal.status(), refusal.code(), refusal.words(), refusal.request_id(),
                          hint_for(role_));
        }
    }

    // The role's keys were called expired, which says nothing of the keys it is assumed with.
    void forget() override {}

private:
    Client client_;
    Role role_;
};

}  // namespace

std::string session_name(std::string_view deployment)
{
    constexpr std::size_t longest = 64;
    auto name = "ts-" + std::string(deployment);
    std::ranges::replace_if(
        name,
        [](char c) { return !is_word_character(c) && std::string_view("+=,.@-").find(c) == std::string_view::npos; },
        '-');
    name.resize(std::min(name.size(), longest));
    return name;
}

void check(const Role& role)
{
    if (!is_role_arn(role.arn)) {
        refuse("role", role.arn, "write arn:aws:iam::123456789012:role/NAME");
    }
    if (!role.external_id.empty() && !is_made_of(role.external_id, "+=,.@:/-", 2, 1224)) {
        refuse("external_id", role.external_id, "2 to 1224 letters, digits and _+=,.@:/-");
    }
    if (!is_made_of(role.session_name, "+=,.@-", 2, 64)) {
        refuse("session name", role.session_name, "2 to 64 letters, digits and _+=,.@-");
    }
    if (role.duration < 15min || role.duration > 12h) {
        refuse("duration", std::to_string(role.duration.count()), "900 to 43200 seconds");
    }
}

AssumedRole::AssumedRole(Client::World world, CredentialSource& source, const std::string& region, Role role)
    : keys_(
          [&] {
              check(role);
              return std::make_unique<RoleSource>(world, source, region, std::move(role));
          }(),
          world.clock)
{}

}  // namespace tinystacks::aws
