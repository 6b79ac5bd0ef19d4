#include "aws/error.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace tinystacks::aws {
namespace {

constexpr std::array credential_codes = {"UnrecognizedClientException",
                                         "InvalidClientTokenId",
                                         "InvalidAccessKeyId",
                                         "ExpiredToken",
                                         "ExpiredTokenException",
                                         "InvalidToken",
                                         "TokenRefreshRequired",
                                         "InvalidSignatureException",
                                         "SignatureDoesNotMatch",
                                         "IncompleteSignature",
                                         "IncompleteSignatureException",
                                         "MissingAuthenticationToken",
                                         "MissingAuthenticationTokenException",
                                         "AuthFailure",
                                         "RequestExpired",
                                         "RequestTimeTooSkewed",
                                         "RequestInTheFuture",
                                         "InvalidIdentityToken",
                                         "IDPRejectedClaim"};

constexpr std::array missing_codes = {"NoSuchEntity", "NoSuchBucket", "NoSuchKey", "NoSuchUpload",
                                      "NoSuchConfigurationException"};

bool contains(std::string_view text, std::string_view part)
{
    return text.find(part) != std::string_view::npos;
}

ErrorKind kind_of(int status, std::string_view code)
{
    if (std::ranges::find(credential_codes, code) != credential_codes.end() || status == 401) {
        return ErrorKind::unauthenticated;
    }
    if (code.starts_with("AccessDenied") || code == "UnauthorizedOperation" || code == "AuthorizationError" ||
        code == "NotAuthorized" || status == 403) {
        return ErrorKind::not_allowed;
    }
    if (status == 404 || contains(code, "NotFound") || std::ranges::find(missing_codes, code) != missing_codes.end()) {
        return ErrorKind::not_found;
    }
    if (status == 409 || status == 412 || contains(code, "Conflict")) {
        return ErrorKind::conflict;
    }
    return ErrorKind::failed;
}

std::string in_brackets(int status, const std::string& code, const std::string& request_id)
{
    auto text = code.empty() ? fmt::format("HTTP status {}", status) : code;
    return request_id.empty() ? text : fmt::format("{}, request {}", text, request_id);
}

Error made(const std::string& operation, int status, const std::string& code, const std::string& words,
           const std::string& request_id, std::string hint)
{
    const auto error = Error(kind_of(status, code), "{}: {} ({})", operation, words.empty() ? "refused" : words,
                             in_brackets(status, code, request_id));
    return hint.empty() ? error : error.with_hint(std::move(hint));
}

}  // namespace

Refusal::Refusal(std::string operation, int status, std::string code, std::string message, std::string request_id,
                 std::string hint)
    : Error(made(operation, status, code, message, request_id, std::move(hint))), status_(status),
      code_(std::move(code)), words_(std::move(message)), request_id_(std::move(request_id))
{}

}  // namespace tinystacks::aws
