#pragma once

#include "pipeline/detail/workspace.hpp"

namespace tinystacks::pipeline {

/// Makes sure that a stage's role lets the caller in, and that a stage that pins an account is released with
/// credentials of that account, by asking AWS who the caller is. Throws Error{not_allowed} with AWS's words or naming
/// both accounts, Error{unauthenticated} without credentials. A stage with neither is not asked about.
void check_account(Workspace& workspace, const stage::Stage& stage);

}  // namespace tinystacks::pipeline
