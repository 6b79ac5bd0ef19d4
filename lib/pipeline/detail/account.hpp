#pragma once

#include "pipeline/detail/workspace.hpp"

namespace tinystacks::pipeline {

/// Makes sure that a stage that pins an account is released with credentials of that account, by asking AWS who the
/// caller is (through the aws program). Throws Error{not_allowed} naming both accounts, Error{unauthenticated} with the
/// aws program's words, Error{unavailable} when it is not installed. A stage that pins none is not asked about.
void check_account(Workspace& workspace, const stage::Stage& stage);

}  // namespace tinystacks::pipeline
