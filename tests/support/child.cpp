#include "tests/support/child.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>
#include <stdexcept>

namespace tinystacks::support {
namespace {

int run(const std::function<void()>& work)
{
    try {
        work();
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "child: %s\n", error.what());
        return 1;
    }
}

}  // namespace

Child::Child(const std::function<void()>& work) : pid_(::fork())
{
    if (pid_ < 0) {
        throw std::runtime_error("cannot fork");
    }
    if (pid_ == 0) {
        // The test framework's crash handlers would report the child's end as the test's own.
        for (const int number : {SIGTERM, SIGSEGV, SIGABRT, SIGINT, SIGFPE, SIGILL}) {
            ::signal(number, SIG_DFL);
        }
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::_exit(run(work));
    }
}

Child::~Child()
{
    if (pid_ > 0) {
        kill();
    }
}

int Child::wait()
{
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void Child::kill()
{
    ::kill(pid_, SIGKILL);
    (void)wait();
}

}  // namespace tinystacks::support
