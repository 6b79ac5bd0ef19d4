#include "pipeline/detail/turn.hpp"

#include "base/error.hpp"
#include "http/retry.hpp"

namespace tinystacks::pipeline {

std::unique_ptr<deployment::HeldLease> take_turn(Workspace& workspace, const std::string& what,
                                                 const std::string& stage)
{
    constexpr auto interval = std::chrono::seconds(2);
    for (bool told = false;;) {
        try {
            return std::make_unique<deployment::HeldLease>(workspace.world().ledger, workspace.project().stack, what,
                                                           workspace.run().id);
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::conflict) {
                throw;
            }
            if (!workspace.source().patience.queue) {
                throw error.with_hint(error.hint() + "  # or wait for it: --queue");
            }
            if (!told) {
                workspace.say({workspace.world().clock(), stage, log::WaitingFor{"its turn: " + error.message(), {}}});
                told = true;
            }
        }
        http::real_patience().wait(interval, workspace.run().interruption);
    }
}

}  // namespace tinystacks::pipeline
