#pragma once

#include "buildspec/buildspec.hpp"
#include "buildspec/detail/artifact_target.hpp"
#include "buildspec/detail/build_log.hpp"
#include "buildspec/detail/glob.hpp"
#include "buildspec/detail/shell.hpp"
#include "buildspec/run.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace tinystacks::buildspec {

/// The UPLOAD_ARTIFACTS phase: finds the files of all artifacts and, where asked, copies them.
class Collector {
public:
    Collector(const RunOptions& options, Shell& shell, const std::map<std::string, std::string>& environment,
              BuildLog& log)
        : options_(options), shell_(shell), environment_(environment), log_(log)
    {}

    /// Fills in the result's artifacts. Returns the phase's context message, empty when all went well.
    [[nodiscard]] std::string collect(const Artifacts& artifacts, Result& result);

private:
    /// What an artifact holds: where each file of it lies.
    using Files = std::map<std::string, std::filesystem::path>;

    [[nodiscard]] std::string collect_one(const Artifact& artifact, const std::string& default_name,
                                          const std::string& place, ArtifactFiles& result);
    [[nodiscard]] Files find(const Artifact& artifact, const std::vector<std::filesystem::path>& bases);
    void take(const Artifact& artifact, const Found& found, Files& files);
    void copy(const Artifact& artifact, const Files& files, const std::string& place) const;

    const RunOptions& options_;
    Shell& shell_;
    const std::map<std::string, std::string>& environment_;
    BuildLog& log_;
    std::optional<ArtifactTarget> target_;
};

/// `$NAME` and `${NAME}` replaced by their values; an unset one is empty.
[[nodiscard]] std::string expand(const std::string& text, const std::map<std::string, std::string>& environment);

}  // namespace tinystacks::buildspec
