#!/bin/bash
# usage: baseline_release.sh FOLDER: the commands of a buildspec, a file each, in the order of their names, run by one
# plain bash that stops at the first error. Nothing is checked out, logged, masked, promoted by digest or watched.
set -e
for command in "$1"/*; do
    # shellcheck source=/dev/null
    . "$command"
done
