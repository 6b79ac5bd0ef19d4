#pragma once

#include "framework/detect.hpp"
#include "framework/pin.hpp"
#include "framework/tree.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::framework {

/// What Bundler's files say. Source: Bundler's documentation, gemfile(5) and the lock file it writes.
struct Gems {
    std::string gemfile;                                     ///< "Gemfile" or "gems.rb"; empty when there is none
    std::string lock;                                        ///< empty when there is none
    std::set<std::string, std::less<>> asked;                ///< by the Gemfile and, where it says so, the gemspec
    std::map<std::string, std::string, std::less<>> locked;  ///< name and version
    std::vector<std::string> inputs;                         ///< directories and files that `bundle install` reads too
    bool from_git = false;
    bool runs_on_linux = true;  ///< whether the lock's PLATFORMS allow it

    /// Whether it is asked for, or came along with what is.
    [[nodiscard]] bool has(std::string_view gem) const;
    [[nodiscard]] bool has_any(std::initializer_list<std::string_view> gems) const;
    [[nodiscard]] std::string version(std::string_view gem) const;
    /// Whether there is anything to install.
    [[nodiscard]] bool empty() const { return asked.empty() && locked.empty(); }
};

[[nodiscard]] Gems read_gems(const Folder& folder);

/// The pins of the Gemfile, the gemspec and the lock, in that order.
[[nodiscard]] std::vector<Pin> gem_pins(const Folder& folder, const Gems& gems);

/// By the pins of all files, the strongest first.
[[nodiscard]] Runtime choose_ruby(const Folder& folder, const Overrides& overrides, const Gems& gems,
                                  std::vector<std::string>& warnings);

/// Debian's packages that gems are compiled with, and those they load when they run.
struct GemPackages {
    std::vector<std::string> build;
    std::vector<std::string> run;
};
[[nodiscard]] GemPackages packages_of(const Gems& gems, std::string_view debian);

}  // namespace tinystacks::framework
