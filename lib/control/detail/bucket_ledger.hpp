#pragma once

#include "aws/session.hpp"
#include "deployment/ledger.hpp"
#include "store/bucket.hpp"

#include <memory>
#include <string>

namespace tinystacks::control {

/// The ledger in a bucket, with credentials and a connection of its own: a thread that renews a lease asks beside the
/// work.
class BucketLedger {
public:
    struct World {
        std::unique_ptr<http::Transport> transport;
        process::Environment environment;
        Clock clock;
        process::MakeLauncher make_launcher;
    };

    BucketLedger(World world, const std::string& region, const std::string& bucket, deployment::Ledger::Writer writer);

    [[nodiscard]] deployment::Ledger& ledger() { return ledger_; }

private:
    std::unique_ptr<http::Transport> transport_;
    store::DatedTransport dated_;
    aws::Session session_;
    store::Bucket bucket_;
    deployment::Ledger ledger_;
};

}  // namespace tinystacks::control
