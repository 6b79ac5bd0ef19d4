#pragma once

#include "base/file.hpp"

#include <filesystem>
#include <string>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace tinystacks::buildspec {

/// The directory that artifacts are copied to. Every step below it is taken from the directory opened before, and none
/// through a symbolic link: a command may have planted one, and nothing is ever written outside.
class ArtifactTarget {
public:
    using Identity = std::pair<dev_t, ino_t>;

    /// Opens `directory`, which is made if need be, and removes what an earlier run left in `primary` and in
    /// `secondary/<id>` of each of `ids`. Throws std::filesystem::filesystem_error, as all members do.
    ArtifactTarget(const std::filesystem::path& directory, const std::vector<std::string>& ids);

    /// Copies the file `from` to `artifact`/`relative`: "primary", "secondary/<id>".
    void copy(const std::filesystem::path& from, const std::string& artifact, const std::string& relative) const;
    /// Makes a symbolic link there that leads where `from` leads.
    void copy_link(const std::filesystem::path& from, const std::string& artifact, const std::string& relative) const;

    /// The directories that hold artifacts: they must not be taken for files of the next one.
    [[nodiscard]] const std::vector<Identity>& identities() const { return identities_; }

private:
    /// The directory of artifact/relative, made if need be, and the name of the last component.
    [[nodiscard]] std::pair<Descriptor, std::string> place(const std::string& artifact,
                                                           const std::string& relative) const;

    std::filesystem::path path_;
    Descriptor root_;
    std::vector<Identity> identities_;
};

}  // namespace tinystacks::buildspec
