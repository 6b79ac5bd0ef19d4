#include "store/detail/connection.hpp"
#include "store/detail/liveness.hpp"

#include "tests/support/catch.hpp"

#include <sys/wait.h>
#include <unistd.h>

using namespace tinystacks;
using store::Life;

TEST_CASE("find_start_time reads field 22, whatever the program is called", "[store]")
{
    const std::string rest = " 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20 21";
    CHECK(store::find_start_time("12 (sh) S" + rest) == 4711);
    CHECK(store::find_start_time("12 (a) R 1 (b) S" + rest) == 4711);
    CHECK_FALSE(store::find_start_time("12 (sh) Z" + rest).has_value());
    CHECK_FALSE(store::find_start_time("12 (sh) S 1 2").has_value());
    CHECK_FALSE(store::find_start_time("").has_value());
}

TEST_CASE("life_of tells this process from one that had its number", "[store]")
{
    const auto mark = store::this_process();
    CHECK(store::life_of(mark) == Life::lives);

    auto earlier = mark;
    earlier.started -= 1;
    CHECK(store::life_of(earlier) == Life::ended);

    auto before_boot = mark;
    before_boot.boot = "another";
    CHECK(store::life_of(before_boot) == Life::ended);

    auto elsewhere = mark;
    elsewhere.space = "pid:[1]";
    CHECK(store::life_of(elsewhere) == Life::unknown);
}

TEST_CASE("life_of calls a process that nobody waited for ended", "[store]")
{
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const auto child = ::fork();
    if (child == 0) {
        const auto mark = store::this_process();
        (void)!::write(ends[1], &mark.started, sizeof mark.started);
        ::_exit(0);
    }
    auto mark = store::this_process();
    mark.pid = child;
    REQUIRE(::read(ends[0], &mark.started, sizeof mark.started) == static_cast<ssize_t>(sizeof mark.started));
    siginfo_t about = {};
    REQUIRE(::waitid(P_PID, static_cast<id_t>(child), &about, WEXITED | WNOWAIT) == 0);
    CHECK(store::life_of(mark) == Life::ended);
    ::waitpid(child, nullptr, 0);
    CHECK(store::life_of(mark) == Life::ended);
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST_CASE("find_network_file_system knows where locks do not hold", "[store]")
{
    CHECK(store::find_network_file_system(0x6969) == "NFS");
    CHECK(store::find_network_file_system(0xFF534D42) == "CIFS");
    CHECK(store::find_network_file_system(0x65735546) == "FUSE");
    CHECK_FALSE(store::find_network_file_system(0xEF53).has_value());      // ext4
    CHECK_FALSE(store::find_network_file_system(0x01021994).has_value());  // tmpfs
    CHECK_FALSE(store::find_network_file_system(0x794C7630).has_value());  // overlayfs
}
