#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::framework {

/// How PHP's extensions come into Docker's official image.
struct PhpExtensions {
    std::vector<std::string> configure;  ///< commands in front
    std::vector<std::string> bundled;    ///< for docker-php-ext-install
    std::vector<std::string> pecl;
    std::vector<std::string> unknown;         ///< asked for, and not known how to install
    std::vector<std::string> build_packages;  ///< of Debian
    std::vector<std::string> run_packages;

    /// The commands of one Run; empty when nothing is installed.
    [[nodiscard]] std::vector<std::string> commands() const;
};

/// `asked` without "ext-"; `release` is PHP's, `debian` the name of the image's.
[[nodiscard]] PhpExtensions plan_extensions(const std::set<std::string>& asked, std::string_view release,
                                            std::string_view debian);

}  // namespace tinystacks::framework
