#include "git/repository.hpp"

#include "base/text.hpp"
#include "git/detail/settings.hpp"

#include <array>

namespace tinystacks::git {
namespace detail {

void add_setting(process::Environment& environment, const std::string& key, const std::string& value)
{
    auto& count = environment["GIT_CONFIG_COUNT"];
    const auto index = count.empty() ? std::string("0") : count;
    environment["GIT_CONFIG_KEY_" + index] = key;
    environment["GIT_CONFIG_VALUE_" + index] = value;
    count = std::to_string(std::stoul(index) + 1);
}

}  // namespace detail

process::Environment safe_environment(const process::Environment& environment)
{
    process::Environment safe;
    for (const auto& [name, value] : environment) {
        // LANGUAGE would translate messages in spite of LC_ALL.
        if (!name.starts_with("GIT_") && !name.starts_with("SSH_") && name != "LANGUAGE") {
            safe.emplace(name, value);
        }
    }
    safe["GIT_ALLOW_PROTOCOL"] = "https:ssh";
    safe["GIT_PROTOCOL_FROM_USER"] = "0";
    safe["GIT_TERMINAL_PROMPT"] = "0";
    safe["GIT_CONFIG_NOSYSTEM"] = "1";
    safe["GIT_CONFIG_GLOBAL"] = "/dev/null";
    safe["GIT_ATTR_NOSYSTEM"] = "1";
    safe["GIT_NO_REPLACE_OBJECTS"] = "1";  // a commit's id promises its content
    safe["GIT_LFS_SKIP_SMUDGE"] = "1";
    safe["LC_ALL"] = "C.UTF-8";
    using Setting = std::pair<const char*, const char*>;
    static constexpr std::array<Setting, 9> settings = {{
        {"core.hooksPath", "/dev/null"},
        {"core.fsmonitor", "false"},
        {"core.attributesFile", "/dev/null"},  // else ~/.config/git/attributes changes what a checkout holds
        {"core.excludesFile", "/dev/null"},
        {"protocol.ext.allow", "never"},
        {"submodule.recurse", "false"},
        {"transfer.fsckObjects", "true"},
        {"safe.bareRepository", "explicit"},
        {"transfer.bundleURI", "false"},
    }};
    for (const auto& [key, value] : settings) {
        detail::add_setting(safe, key, value);
    }
    return safe;
}

}  // namespace tinystacks::git
