#include "git/detail/program.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <chrono>

namespace tinystacks::git::detail {
namespace {

/// Security requirement GT-09.
constexpr auto time_limit = std::chrono::minutes(10);
/// Paths of 200,000 files (GT-09) fit; output that does not is an error, never a shortened list.
constexpr std::size_t output_limit = std::size_t{64} << 20;
constexpr std::size_t shown_of_error = 2000;

}  // namespace

std::string Program::output(const std::vector<std::string>& arguments, std::string input) const
{
    const auto git = process::find_program("git", environment);
    if (!git) {
        throw Error(ErrorKind::unavailable, "the program git is not installed").with_hint("apt-get install git");
    }
    process::Command command;
    command.argv = {std::filesystem::absolute(*git)};
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    command.directory = directory;
    command.environment = environment;
    command.input = std::move(input);
    command.timeout = time_limit;
    command.umask = 022;  // an image copied from 0600 files cannot be read by its non-root user
    auto finished = process::run_and_keep(launcher, command, interruption, output_limit);
    if (!finished.succeeded()) {
        const auto words = trim(finished.err).substr(0, shown_of_error);
        throw Error(ErrorKind::failed, "git {} failed ({}): {}", arguments.front(), to_string(finished.outcome),
                    printable(words.empty() ? "it gave no reason" : words));
    }
    if (finished.out.size() >= output_limit) {
        throw Error(ErrorKind::failed, "git {} printed more than {} MiB", arguments.front(), output_limit >> 20U);
    }
    return std::move(finished.out);
}

void Program::run(const std::vector<std::string>& arguments, std::string input) const
{
    (void)output(arguments, std::move(input));
}

}  // namespace tinystacks::git::detail
