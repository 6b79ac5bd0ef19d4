#include "pipeline/detail/account.hpp"

#include "base/error.hpp"
#include "pipeline/detail/rollout.hpp"

namespace tinystacks::pipeline {

void check_account(Workspace& workspace, const stage::Stage& stage)
{
    const bool nothing_pinned = stage.account.empty() && stage.role.empty();
    if (nothing_pinned || std::holds_alternative<stage::DockerTarget>(stage.target)) {
        return;
    }
    aws::Session session(aws_world(workspace.world()), place_of(stage, workspace.run().id));
    const auto caller = session.sts.get_caller_identity(workspace.run().interruption);
    if (!stage.account.empty() && caller.account != stage.account) {
        throw Error(ErrorKind::not_allowed, "stage '{}' is for account {}, but the caller's account is {}",
                    stage.name.str(), stage.account, caller.account)
            .at(stage.where)
            .with_hint(fmt::format("export AWS_PROFILE=the profile of account {}", stage.account));
    }
}

}  // namespace tinystacks::pipeline
