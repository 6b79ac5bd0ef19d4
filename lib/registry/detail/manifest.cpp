#include "registry/detail/manifest.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace tinystacks::registry::detail {
namespace {

using nlohmann::json;

constexpr std::size_t parts_limit = 1000;  ///< no image has so many layers, no index so many platforms

Digest digest_of(const json& descriptor)
{
    const auto found = descriptor.is_object() ? descriptor.find("digest") : descriptor.end();
    if (!descriptor.is_object() || found == descriptor.end() || !found->is_string() ||
        !is_digest(found->get<std::string>())) {
        throw Error(ErrorKind::failed, "a manifest names something without a SHA-256 digest");
    }
    return found->get<std::string>();
}

void add_blob(std::vector<Blob>& blobs, const json& descriptor)
{
    const Blob blob{digest_of(descriptor), descriptor.contains("urls") && !descriptor["urls"].empty()};
    if (std::ranges::find(blobs, blob) == blobs.end()) {
        blobs.push_back(blob);
    }
}

}  // namespace

http::Headers accept_manifests()
{
    return {{"Accept", "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
                       "application/vnd.docker.distribution.manifest.list.v2+json, "
                       "application/vnd.docker.distribution.manifest.v2+json"}};
}

Parts parse_parts(std::string_view manifest)
{
    const auto document = json::parse(manifest, nullptr, false);
    Parts parts;
    const auto list = [&](const char* name) -> const json& {
        static const json none = json::array();
        const auto found = document.find(name);
        const auto& entries = found != document.end() && found->is_array() ? *found : none;
        if (entries.size() > parts_limit) {
            throw Error(ErrorKind::failed, "a manifest has more than {} {}", parts_limit, name);
        }
        return entries;
    };
    if (!document.is_object() || (!document.contains("manifests") && !document.contains("config"))) {
        throw Error(ErrorKind::failed, "this is neither an image nor an index of images");
    }
    for (const auto& entry : list("manifests")) {
        parts.manifests.push_back(digest_of(entry));
    }
    if (document.contains("config")) {
        add_blob(parts.blobs, document["config"]);
    }
    for (const auto& entry : list("layers")) {
        add_blob(parts.blobs, entry);
    }
    return parts;
}

std::string media_type(std::string_view manifest, std::string_view content_type)
{
    const auto declared = trim(content_type.substr(0, content_type.find(';')));
    if (!declared.empty()) {
        return std::string(declared);
    }
    const auto document = json::parse(manifest, nullptr, false);
    const auto said = document.is_object() ? document.find("mediaType") : document.end();
    return document.is_object() && said != document.end() && said->is_string()
               ? said->get<std::string>()
               : "application/vnd.oci.image.manifest.v1+json";
}

}  // namespace tinystacks::registry::detail
