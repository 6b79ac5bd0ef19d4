#include "tests/support/stepped_child.hpp"

#include <sys/ptrace.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <stdexcept>

namespace tinystacks::support {
namespace {

/// Waits until it stands still; false when it has ended, which is left to Child::wait.
bool wait_for_stop(pid_t pid)
{
    siginfo_t about = {};
    while (::waitid(P_PID, static_cast<id_t>(pid), &about, WEXITED | WSTOPPED | WNOWAIT) != 0) {
        if (errno != EINTR) {
            throw std::runtime_error("cannot wait for the child");
        }
    }
    return about.si_code == CLD_TRAPPED || about.si_code == CLD_STOPPED;
}

}  // namespace

SteppedChild::SteppedChild(const std::function<void()>& work)
    : child_([&] {
          if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) {
              throw std::runtime_error("cannot be traced");
          }
          ::raise(SIGSTOP);
          work();
      })
{
    // Without TRACESYSGOOD the kernel does not say which call it is.
    if (!wait_for_stop(child_.pid()) ||
        ::ptrace(PTRACE_SETOPTIONS, child_.pid(), nullptr, PTRACE_O_TRACESYSGOOD) != 0) {
        throw std::runtime_error("the child cannot be traced");
    }
}

bool SteppedChild::step()
{
    if (::ptrace(PTRACE_SYSCALL, child_.pid(), nullptr, nullptr) != 0) {
        throw std::runtime_error("cannot let the child go on");
    }
    if (!wait_for_stop(child_.pid())) {
        return false;
    }
    __ptrace_syscall_info about = {};
    if (::ptrace(PTRACE_GET_SYSCALL_INFO, child_.pid(), sizeof about, &about) > 0 &&
        about.op == PTRACE_SYSCALL_INFO_ENTRY) {
        call_ = static_cast<long>(about.entry.nr);
    }
    return true;
}

}  // namespace tinystacks::support
