#pragma once

#include "project/import/detail/copilot_app.hpp"

namespace tinystacks::project::detail {

/// A manifest with an environment's overrides on top, as Copilot applies them: mappings key by key, all else whole.
[[nodiscard]] document::Node with_overrides(const document::Node& manifest, const std::string& environment);

/// What the manifest's texts may refer to.
struct CopilotNames {
    std::string application;
    std::string environment;
};

/// The runtime variables of one environment.
[[nodiscard]] stage::Variables copilot_variables(const document::Node& manifest, const CopilotNames& names,
                                                 Remarks& remarks);

/// How the image is made.
[[nodiscard]] Image copilot_image(const CopilotService& service, const CopilotNames& names, Remarks& remarks);

/// image.port; 0 when the manifest says none.
[[nodiscard]] int copilot_port(const document::Node& manifest);

/// "NAME: SSM parameter /path" for every secret of an environment.
[[nodiscard]] std::vector<std::string> copilot_secrets(const document::Node& manifest, const CopilotNames& names,
                                                       Remarks& remarks);

/// Remarks on all that is read nowhere else: keys of the manifest, of its environments, addons and overrides.
void remark_copilot_manifest(const framework::Tree& tree, const CopilotService& service, Remarks& remarks);

}  // namespace tinystacks::project::detail
