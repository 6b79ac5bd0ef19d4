#include "base/crash_point.hpp"

#ifdef TS_CRASH_POINTS

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <string>

namespace tinystacks {

void crash_point(const char* what)
{
    static std::atomic<long> passed = 0;
    const auto number = ++passed;
    if (const auto* file = std::getenv("TINYSTACKS_CRASH_LOG"); file != nullptr) {
        std::ofstream(file, std::ios::app) << number << ' ' + std::string(what) + '\n';
    }
    if (const auto* at = std::getenv("TINYSTACKS_CRASH_AT"); at != nullptr && std::to_string(number) == at) {
        ::kill(::getpid(), SIGKILL);
    }
}

}  // namespace tinystacks

#endif
