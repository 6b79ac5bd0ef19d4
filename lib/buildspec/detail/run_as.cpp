#include "buildspec/detail/run_as.hpp"

#include "base/error.hpp"

#include <unistd.h>

#include <set>

namespace tinystacks::buildspec {

std::map<std::string, process::User> find_users(const Buildspec& spec, BuildLog& log)
{
    std::set<std::string> names;
    for (const auto name : phase_names) {
        const auto& own = spec.phase(name).run_as;
        names.insert(own.empty() ? spec.run_as : own);
    }
    names.erase("");
    std::map<std::string, process::User> users;
    for (const auto& name : names) {
        const auto user = process::find_user(name);
        if (user && user->uid == ::geteuid()) {
            continue;
        }
        if (::geteuid() != 0) {
            log.warn({}, fmt::format("run-as: only root can run commands as '{}'; they run as you", name));
        } else if (!user) {
            throw Error(ErrorKind::not_found, "run-as: this machine has no user '{}'", name)
                .with_hint(fmt::format("useradd --create-home {}", name));
        } else {
            users[name] = *user;
        }
    }
    return users;
}

}  // namespace tinystacks::buildspec
