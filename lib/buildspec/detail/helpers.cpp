#include "buildspec/detail/helpers.hpp"

#include "base/file.hpp"

#include <fcntl.h>

#include <string_view>

namespace tinystacks::buildspec {
namespace {

/// One script for all of them; it asks what it was called as. Only POSIX: the image may have nothing else.
constexpr std::string_view script = R"sh(#!/bin/sh
# glob PATTERN...: files that match, one a line. `**` is any number of directories.
glob() {
    for pattern do
        case $pattern in
        *\*\**)
            base=${pattern%%\*\**}
            find "./$base" -type f -name "${pattern##*/}" | sed 's,^\./*,,'
            ;;
        *)
            (
                IFS=
                for file in $pattern; do
                    [ ! -f "$file" ] || printf '%s\n' "$file"
                done
            )
            ;;
        esac
    done | LC_ALL=C sort -u
}

tests_run() {
    while [ $# -gt 0 ]; do
        case $1 in
        --test-command) test_command=$2 ;;
        --files-search) files_search=$2 ;;
        --sharding-strategy) ;;
        *)
            echo "codebuild-tests-run: unknown option '$1'" >&2
            exit 2
            ;;
        esac
        shift 2 || exit 2
    done
    : "${test_command:?codebuild-tests-run: --test-command is missing}"
    : "${files_search:?codebuild-tests-run: --files-search is missing}"
    CODEBUILD_CURRENT_SHARD_FILES=$(sh -c "$files_search") || exit
    export CODEBUILD_CURRENT_SHARD_FILES
    # One build is one shard: it has all files.
    sh -c "$test_command $(printf '%s' "$CODEBUILD_CURRENT_SHARD_FILES" | tr '\n' ' ')"
}

case ${0##*/} in
codebuild-breakpoint) echo 'codebuild-breakpoint: this is no debugging session; going on' ;;
codebuild-resume) ;;
codebuild-glob-search) glob "$@" ;;
codebuild-hash-files)
    glob "$@" | while IFS= read -r file; do
        sha256sum <"$file"
    done | sha256sum | cut -d ' ' -f 1
    ;;
codebuild-tests-run) tests_run "$@" ;;
esac
)sh";

}  // namespace

std::filesystem::path write_helpers(const std::filesystem::path& work)
{
    const auto directory = work / "bin";
    std::filesystem::create_directory(directory);
    std::filesystem::permissions(directory, std::filesystem::perms(0755));
    const auto main = directory / "codebuild-breakpoint";
    {
        const auto file = open_file(main, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW);
        std::filesystem::permissions(main, std::filesystem::perms(0755));
        write_all(file.number(), script, main);
    }
    for (const auto* name :
         {"codebuild-resume", "codebuild-glob-search", "codebuild-hash-files", "codebuild-tests-run"}) {
        std::filesystem::create_symlink(main.filename(), directory / name);
    }
    return directory;
}

}  // namespace tinystacks::buildspec
