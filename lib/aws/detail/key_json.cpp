#include "aws/detail/key_json.hpp"

#include "aws/detail/json.hpp"
#include "base/error.hpp"

#include <nlohmann/json.hpp>

namespace tinystacks::aws::detail {

Credentials read_keys(const nlohmann::json& object, const char* token_name, const std::string& source)
{
    Credentials keys;
    keys.access_key_id = text_of(object, {"AccessKeyId"});
    keys.secret_access_key = Secret(text_of(object, {"SecretAccessKey"}));
    keys.session_token = Secret(text_of(object, {token_name}));
    keys.source = source;
    if (keys.access_key_id.empty() || keys.secret_access_key.empty()) {
        throw Error(ErrorKind::unauthenticated, "{} gave no {}", source,
                    keys.access_key_id.empty() ? "AccessKeyId" : "SecretAccessKey");
    }
    if (const auto expiration = text_of(object, {"Expiration"}); !expiration.empty()) {
        keys.expires_at = find_rfc3339(expiration);
        if (!keys.expires_at) {
            throw Error(ErrorKind::unauthenticated, "{} gave an Expiration that is no time", source);
        }
    }
    return keys;
}

}  // namespace tinystacks::aws::detail
