#!/bin/bash
# shellcheck disable=SC2016  # the texts are scripts
# usage: baseline_commands.sh FOLDER COUNT [cat|read]
#
# What COUNT trivial commands cost in a plain script that does for each what CodeBuild's agent does: write the command
# into a script file, start a fresh `bash --posix` on it, and keep directory and environment in two files. `cat` reads
# the directory as that agent does, with a process of its own; `read` with none.
set -e
cd "$1"
pwd >dir.txt
export -p >env.sh
case ${3-cat} in
    cat) go='cd "$(cat dir.txt)"' ;;
    read) go='read -r dir <dir.txt; cd "$dir"' ;;
esac
folder=$PWD
for ((i = 1; i <= $2; i++)); do
    restore=${go//dir.txt/$folder/dir.txt}
    printf '%s\nset -a\n. %s/env.sh\necho %s\nCODEBUILD_LAST_EXIT=$?\nexport -p >%s/env.sh\npwd >%s/dir.txt\nexit $CODEBUILD_LAST_EXIT\n' \
        "$restore" "$folder" "$i" "$folder" "$folder" >script.sh
    bash --posix script.sh </dev/null
done
