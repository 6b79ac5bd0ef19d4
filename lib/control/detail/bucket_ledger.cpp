#include "control/detail/bucket_ledger.hpp"

#include <thread>

namespace tinystacks::control {

BucketLedger::BucketLedger(World world, const std::string& region, const std::string& bucket,
                           deployment::Ledger::Writer writer)
    : transport_(std::move(world.transport)), dated_(*transport_, std::chrono::steady_clock::now),
      session_({dated_, std::move(world.environment), std::move(world.clock), std::move(world.make_launcher)},
               {region}),
      bucket_(session_.s3, dated_, bucket, [](std::chrono::milliseconds time) { std::this_thread::sleep_for(time); }),
      ledger_(bucket_, std::move(writer))
{}

}  // namespace tinystacks::control
