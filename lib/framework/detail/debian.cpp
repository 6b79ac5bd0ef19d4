#include "framework/detail/debian.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace tinystacks::framework {

void use_archive(dockerfile::Stage& stage, std::string_view debian)
{
    if (stage.packages.empty() || (debian != "stretch" && debian != "buster")) {
        return;
    }
    std::ranges::sort(stage.packages);
    stage.steps.insert(
        stage.steps.begin(),
        dockerfile::Run{
            {"sed -i -e 's|deb.debian.org|archive.debian.org|g' -e 's|security.debian.org|archive.debian.org|g' "
             "-e '/-updates/d' /etc/apt/sources.list",
             "apt-get update", "apt-get install --yes --no-install-recommends " + join(stage.packages, " "),
             "rm -rf /var/lib/apt/lists/*"},
            {},
            "Debian keeps this old release in its archive only, whose versions do not change",
            "DL3008"});
    stage.packages.clear();
}

}  // namespace tinystacks::framework
