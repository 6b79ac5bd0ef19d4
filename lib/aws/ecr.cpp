#include "aws/ecr.hpp"

#include "aws/detail/json_call.hpp"
#include "aws/error.hpp"
#include "base/base64.hpp"
#include "base/error.hpp"

#include <nlohmann/json.hpp>

namespace tinystacks::aws {
namespace {

using nlohmann::json;

constexpr detail::JsonService ecr{"api.ecr", "ecr", "AmazonEC2ContainerRegistry_V20150921"};

json input_for(const EcrRepository& repository)
{
    json input = {{"repositoryName", repository.name}};
    if (!repository.account.empty()) {
        input["registryId"] = repository.account;
    }
    return input;
}

}  // namespace

RegistryLogin Ecr::get_authorization_token(const Interruption& interruption)
{
    constexpr auto operation = "GetAuthorizationToken";
    const auto answer = detail::call_json(client_, ecr, operation, json::object(), interruption);
    const auto token =
        detail::text_at(answer, json::json_pointer("/authorizationData/0/authorizationToken"), operation);
    const auto decoded = find_base64(token);
    const auto colon = decoded ? decoded->find(':') : std::string::npos;
    if (colon == std::string::npos) {
        throw Error(ErrorKind::failed, "{}: the token is not user and password in base64", operation);
    }
    RegistryLogin login;
    login.user = decoded->substr(0, colon);
    login.password = Secret(decoded->substr(colon + 1));
    const auto& data = answer.at("authorizationData").at(0);
    login.endpoint = detail::text_at(data, json::json_pointer("/proxyEndpoint"), operation);
    const auto expires = data.find("expiresAt");
    if (expires == data.end() || !expires->is_number()) {
        throw Error(ErrorKind::failed, "{}: the answer does not say when the token expires", operation);
    }
    login.expires_at = Time(std::chrono::milliseconds(static_cast<std::int64_t>(expires->get<double>() * 1000)));
    return login;
}

std::optional<EcrImage> Ecr::find_image(const EcrRepository& repository, const std::string& reference,
                                        const Interruption& interruption)
{
    constexpr auto operation = "BatchGetImage";
    auto input = input_for(repository);
    // A digest holds a colon, which no tag may.
    const auto* const kind = reference.find(':') != std::string::npos ? "imageDigest" : "imageTag";
    input["imageIds"] = json::array({{{kind, reference}}});
    // Else ECR turns a manifest into an older form, whose digest is another.
    input["acceptedMediaTypes"] = {"application/vnd.oci.image.index.v1+json",
                                   "application/vnd.oci.image.manifest.v1+json",
                                   "application/vnd.docker.distribution.manifest.list.v2+json",
                                   "application/vnd.docker.distribution.manifest.v2+json"};
    const auto answer = detail::call_json(client_, ecr, operation, input, interruption);
    if (answer.value("images", json::array()).empty()) {
        return std::nullopt;
    }
    const auto& image = answer.at("images").at(0);
    EcrImage found;
    found.digest = detail::text_at(image, json::json_pointer("/imageId/imageDigest"), operation);
    found.manifest = detail::text_at(image, json::json_pointer("/imageManifest"), operation);
    found.media_type = image.value("imageManifestMediaType", "");
    return found;
}

void Ecr::put_image(const EcrRepository& repository, const EcrImage& image, const std::string& tag,
                    const Interruption& interruption)
{
    auto input = input_for(repository);
    input["imageManifest"] = image.manifest;
    input["imageTag"] = tag;
    input["imageDigest"] = image.digest;  // ECR refuses a manifest that has another
    if (!image.media_type.empty()) {
        input["imageManifestMediaType"] = image.media_type;
    }
    try {
        // May be sent twice: the second time the tag names the image already.
        (void)detail::call_json(client_, ecr, "PutImage", input, interruption, Repeat::safe);
    } catch (const Refusal& refusal) {
        if (refusal.code() != "ImageAlreadyExistsException") {
            throw;
        }
    }
}

}  // namespace tinystacks::aws
