#include "deployment/held_lease.hpp"

#include "base/error.hpp"

#include <condition_variable>
#include <exception>
#include <mutex>

namespace tinystacks::deployment {

HeldLease::HeldLease(Ledger& ledger, const std::string& stack, const std::string& what, const std::string& run,
                     Ledger::Rival rival)
    : ledger_(ledger), lease_(ledger.take_lease(stack, what, run, rival)),
      renewal_([this](const std::stop_token& stop) {
          std::mutex mutex;
          std::condition_variable_any sleep;
          std::unique_lock lock(mutex);
          const auto pause = ledger_.lease_length() / 3;
          while (!sleep.wait_for(lock, stop, pause, [&] { return stop.stop_requested(); })) {
              try {
                  if (!ledger_.renew_lease(lease_)) {
                      return;
                  }
              } catch (const std::exception&) {
                  // Tried again after the pause.
              }
          }
      })
{}

HeldLease::~HeldLease()
{
    renewal_.request_stop();
    renewal_.join();
    try {
        ledger_.release_lease(lease_);
    } catch (const std::exception&) {
        // It expires, and it is free as soon as this process has ended.
    }
}

}  // namespace tinystacks::deployment
