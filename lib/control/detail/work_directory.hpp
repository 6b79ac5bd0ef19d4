#pragma once

#include "base/file.hpp"

#include <filesystem>
#include <string>

namespace tinystacks::control {

/// A run's private directory below `parent`, removed with all it holds when this goes out of scope. It is locked as
/// long as its process lives, so that sweep() can tell what a killed one has left.
class WorkDirectory {
public:
    WorkDirectory(const std::filesystem::path& parent, const std::string& name);
    WorkDirectory(const WorkDirectory&) = delete;
    WorkDirectory& operator=(const WorkDirectory&) = delete;
    ~WorkDirectory();

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
    Descriptor lock_;
};

/// Removes the directories below `parent` whose processes are gone.
void sweep(const std::filesystem::path& parent);

}  // namespace tinystacks::control
