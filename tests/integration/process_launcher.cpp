#include "process/guarded_launcher.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/temp_dir.hpp"

#include "tests/support/catch.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <thread>

using namespace tinystacks;
using namespace std::chrono_literals;
using process::Command;
using process::Exited;
using process::GuardedLauncher;
using process::Killed;
using process::Outcome;
using process::Output;
using process::Stream;
using process::TimedOut;

namespace {

Command shell(const std::string& script, Output output = Output::separate)
{
    Command command;
    command.argv = {"/bin/sh", "-c", script};
    command.environment = {{"PATH", "/usr/bin:/bin"}};
    command.output = output;
    return command;
}

/// Whether a process whose command line holds `mark` lives.
bool lives(const std::string& mark)
{
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        std::ifstream file(entry.path() / "cmdline");
        const std::string line((std::istreambuf_iterator<char>(file)), {});
        if (line.find(mark) != std::string::npos && entry.path().filename() != std::to_string(::getpid())) {
            std::ifstream status(entry.path() / "stat");
            const std::string text((std::istreambuf_iterator<char>(status)), {});
            if (text.find(") Z ") == std::string::npos) {
                return true;
            }
        }
    }
    return false;
}

bool gone_within(const std::string& mark, std::chrono::milliseconds limit)
{
    const auto until = std::chrono::steady_clock::now() + limit;
    while (lives(mark)) {
        if (std::chrono::steady_clock::now() > until) {
            return false;
        }
        std::this_thread::sleep_for(10ms);
    }
    return true;
}

/// Leaves processes behind in every way there is: background, nohup, setsid, double fork, empty environment.
std::string leave_behind(const std::string& seconds)
{
    return "sleep " + seconds + " & nohup sleep " + seconds + " >/dev/null 2>&1 & setsid sleep " + seconds +
           " & (setsid sh -c 'sleep " + seconds + " & exec sleep " + seconds + "' &) ; env -i setsid /bin/sleep " +
           seconds + " & echo left";
}

}  // namespace

TEST_CASE("GuardedLauncher tells how a child ended and what it printed", "[process]")
{
    GuardedLauncher launcher;
    const auto finished = process::run_and_keep(launcher, shell("echo out; echo err >&2; exit 3"));
    CHECK(finished.outcome == Outcome(Exited{3}));
    CHECK(finished.out == "out\n");
    CHECK(finished.err == "err\n");
    CHECK(process::run_and_keep(launcher, shell("kill -9 $$")).outcome == Outcome(Killed{9}));
}

TEST_CASE("GuardedLauncher gives a child exactly its environment, directory, input and umask", "[process]")
{
    TempDir directory;
    GuardedLauncher launcher;
    auto command = shell("cat; env | grep -v -e PWD -e _= | sort; pwd; umask; ls /proc/self/fd | tr '\\n' ' '");
    command.environment["A"] = "b";
    command.directory = directory.path();
    command.input = "given\n";
    command.umask = 022;
    CHECK(process::run_and_keep(launcher, command).out ==
          "given\nA=b\nPATH=/usr/bin:/bin\n" + directory.path().string() + "\n0022\n0 1 2 3 ");
}

TEST_CASE("GuardedLauncher starts children with default signals, none blocked", "[process]")
{
    std::signal(SIGPIPE, SIG_IGN);
    GuardedLauncher launcher;
    const auto status = process::run_and_keep(launcher, shell("grep -E 'Sig(Blk|Ign)' /proc/self/status")).out;
    std::signal(SIGPIPE, SIG_DFL);
    CHECK(status == "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

TEST_CASE("GuardedLauncher drains both streams together", "[process]")
{
    GuardedLauncher launcher;
    const auto finished =
        process::run_and_keep(launcher, shell("head -c 3000000 /dev/zero >&2; head -c 3000000 /dev/zero"));
    CHECK(finished.out.size() == 3'000'000);
    CHECK(finished.err.size() == 3'000'000);
}

TEST_CASE("GuardedLauncher keeps the order of both streams in the shared pipe", "[process]")
{
    GuardedLauncher launcher;
    CHECK(process::run_and_keep(launcher, shell("echo 1; echo 2 >&2; echo 3", Output::shared)).out == "1\n2\n3\n");
}

TEST_CASE("GuardedLauncher waits for the shell and not for the pipe", "[process]")
{
    GuardedLauncher launcher;
    const auto start = std::chrono::steady_clock::now();
    CHECK(process::run_and_keep(launcher, shell("sleep 7 & echo on", Output::shared)).out == "on\n");
    CHECK(std::chrono::steady_clock::now() - start < 4s);
}

TEST_CASE("GuardedLauncher lets a background process write on into the shared pipe", "[process]")
{
    GuardedLauncher launcher;
    (void)process::run_and_keep(launcher, shell("(sleep 0.2; echo late) &", Output::shared));
    CHECK(process::run_and_keep(launcher, shell("sleep 0.5; echo then", Output::shared)).out == "late\nthen\n");
}

TEST_CASE("GuardedLauncher ends everything it started when it is destroyed", "[process]")
{
    const std::string mark = "4001.25";
    {
        GuardedLauncher launcher;
        CHECK(process::run_and_keep(launcher, shell(leave_behind(mark), Output::shared)).out.find("left") !=
              std::string::npos);
        CHECK(lives(mark));
    }
    CHECK_FALSE(lives(mark));
}

TEST_CASE("GuardedLauncher leaves nothing when its process is killed with -9", "[process]")
{
    const std::string mark = "4002.5";
    int ready[2];
    REQUIRE(::pipe(ready) == 0);
    const auto pid = ::fork();
    if (pid == 0) {
        GuardedLauncher launcher;
        (void)launcher.run(shell(leave_behind(mark) + "; sleep " + mark, Output::shared),
                           [&](Stream, std::string_view) { (void)!::write(ready[1], "x", 1); }, {});
        ::_exit(0);
    }
    char byte = 0;
    REQUIRE(::read(ready[0], &byte, 1) == 1);
    CHECK(lives(mark));
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    CHECK(gone_within(mark, 5s));
}

TEST_CASE("GuardedLauncher ends a child that takes too long", "[process]")
{
    GuardedLauncher launcher;
    auto command = shell("echo begun; sleep 4003.5");
    command.timeout = 200ms;
    const auto finished = process::run_and_keep(launcher, command);
    CHECK(finished.outcome == Outcome(TimedOut{}));
    CHECK(finished.out == "begun\n");
    CHECK_FALSE(lives("4003.5"));
}

TEST_CASE("GuardedLauncher stops gently first and at once when asked again", "[process]")
{
    GuardedLauncher launcher;
    std::stop_source gently;
    std::stop_source now;
    const auto start = std::chrono::steady_clock::now();
    std::string output;
    const auto on_output = [&](Stream, std::string_view piece) {
        output += piece;
        if (output == "on\n") {
            gently.request_stop();
        } else if (output.find("asked\n") != std::string::npos) {
            now.request_stop();
        }
    };
    const auto command = shell("trap 'echo asked' TERM; echo on; while :; do sleep 0.05; done", Output::shared);
    CHECK_THROWS_AS(launcher.run(command, on_output, {gently.get_token(), now.get_token()}), Interrupted);
    CHECK(output.find("asked\n") != std::string::npos);
    CHECK(std::chrono::steady_clock::now() - start < 5s);
}

TEST_CASE("GuardedLauncher names a program that cannot be started", "[process]")
{
    GuardedLauncher launcher;
    Command command;
    command.argv = {"no-such-program-xyz"};
    try {
        (void)process::run_and_keep(launcher, command);
        FAIL("expected an Error");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::unavailable);
        CHECK(error.message().find("no-such-program-xyz") != std::string::npos);
    }
    auto nowhere = shell("true");
    nowhere.directory = "/no/such/directory";
    CHECK_THROWS_AS(process::run_and_keep(launcher, nowhere), Error);
    CHECK(process::run_and_keep(launcher, shell("echo still works")).out == "still works\n");
}

TEST_CASE("GuardedLauncher passes an environment larger than a socket's buffer", "[process]")
{
    GuardedLauncher launcher;
    auto command = shell("echo ${#BIG_9}");
    for (int i = 0; i < 10; ++i) {
        command.environment["BIG_" + std::to_string(i)] = std::string(100'000, 'x');
    }
    CHECK(process::run_and_keep(launcher, command).out == "100000\n");
}

TEST_CASE("GuardedLauncher does not spin while a child has closed its output", "[process]")
{
    GuardedLauncher launcher;
    const auto before = std::clock();
    CHECK(process::run_and_keep(launcher, shell("exec >&- 2>&-; sleep 0.5")).succeeded());
    CHECK(std::clock() - before < CLOCKS_PER_SEC / 5);
}

TEST_CASE("GuardedLauncher runs a child as another user, with none of our rights", "[process]")
{
    const auto nobody = process::find_user("nobody");
    REQUIRE(nobody);
    CHECK_FALSE(process::find_user("no-such-user-xyz"));
    GuardedLauncher launcher;
    auto command =
        shell("id -u; id -g; id -G; grep CapEff /proc/self/status; echo err >/dev/stderr; kill -9 $PPID || :");
    command.user = nobody;
    if (::geteuid() != 0) {
        CHECK_THROWS_AS(process::run_and_keep(launcher, command), Error);
        return;
    }
    const auto finished = process::run_and_keep(launcher, command);
    const auto id = std::to_string(nobody->uid) + "\n" + std::to_string(nobody->gid) + "\n";
    CHECK(finished.out.starts_with(id + std::to_string(nobody->gid) + "\nCapEff:\t0000000000000000\n"));
    CHECK(finished.err.starts_with("err\n"));
}
