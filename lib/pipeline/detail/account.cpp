#include "pipeline/detail/account.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

namespace tinystacks::pipeline {

void check_account(Workspace& workspace, const stage::Stage& stage)
{
    if (stage.account.empty() || std::holds_alternative<stage::DockerTarget>(stage.target)) {
        return;
    }
    process::Command command;
    command.argv = {"aws",  "sts",      "get-caller-identity", "--query", "Account", "--output",
                    "text", "--region", stage.region};
    command.environment = workspace.environment();
    command.environment["AWS_PAGER"] = "";
    command.timeout = std::chrono::seconds(60);
    const auto launcher = workspace.world().make_launcher();
    process::Finished asked{process::Exited{0}, {}, {}};
    try {
        asked = process::run_and_keep(*launcher, command, workspace.run().interruption);
    } catch (const Error& error) {
        throw error.while_doing(fmt::format("make sure that account {} is the caller's", stage.account))
            .with_hint("apt-get install awscli");
    }
    if (!asked.succeeded()) {
        throw Error(ErrorKind::unauthenticated,
                    "stage '{}' is for account {}, but AWS does not say who the caller is: {}", stage.name.str(),
                    stage.account, printable(trim(asked.err)))
            .with_hint("aws sts get-caller-identity");
    }
    const std::string account(trim(asked.out));
    if (account != stage.account) {
        throw Error(ErrorKind::not_allowed, "stage '{}' is for account {}, but the caller's account is {}",
                    stage.name.str(), stage.account, printable(account))
            .at(stage.where)
            .with_hint(fmt::format("export AWS_PROFILE=the profile of account {}", stage.account));
    }
}

}  // namespace tinystacks::pipeline
