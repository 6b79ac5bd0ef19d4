#include "aws/web_identity.hpp"

#include "aws/assume_role.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

#include <utility>

namespace tinystacks::aws {

WebIdentityRole::WebIdentityRole(Client::World world, const std::string& region, Role role,
                                 std::filesystem::path token_file)
    : client_(std::move(world), no_keys_, region), role_(std::move(role)), token_file_(std::move(token_file))
{
    check(role_);
}

Credentials WebIdentityRole::get(const Interruption& interruption)
{
    constexpr std::size_t token_limit = 20'000;  // STS takes no longer one
    std::string token;
    try {
        token = read_file(token_file_, token_limit);
    } catch (const Error& error) {
        throw Error(ErrorKind::unauthenticated, "web identity token: {}", error.message());
    }
    return Sts(client_).assume_role_with_web_identity(role_, Secret(std::string(trim(token))), interruption);
}

}  // namespace tinystacks::aws
