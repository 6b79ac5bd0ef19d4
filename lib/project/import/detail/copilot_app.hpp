#pragma once

#include "project/import/detail/draft.hpp"
#include "project/import/detail/text.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tinystacks::project::detail {

/// One of the services and jobs of a Copilot application.
struct CopilotService {
    std::string name;
    std::string type;  ///< as the manifest says it
    std::string path;  ///< of the manifest
    const document::Node* manifest = nullptr;
};

/// One of its environments, in the order in which a commit passes them.
struct CopilotEnvironment {
    std::string name;
    Position where;
    std::string account;  ///< empty where the files do not tell it
    std::string region;   ///< likewise
    stage::Approval approval = stage::Approval::none;
    std::string tests_from;  ///< the pipeline's file
    std::vector<std::string> tests;
};

/// The application's name; empty when copilot/.workspace does not say it.
[[nodiscard]] std::string copilot_application(const framework::Tree& tree, Remarks& remarks);

/// The service the request means. Throws the question when it says none and there are several.
[[nodiscard]] CopilotService choose_copilot_service(const framework::Tree& tree, const std::string& wanted);

/// The environments of the pipelines, the folder and the manifest's own `environments`.
[[nodiscard]] std::vector<CopilotEnvironment> copilot_environments(const framework::Tree& tree,
                                                                   const CopilotService& service, Remarks& remarks);

/// Account and region of the first ARN of `service` below `node`, unless they are known.
void learn_from_arns(const document::Node* node, std::string_view service, CopilotEnvironment& environment);

}  // namespace tinystacks::project::detail
