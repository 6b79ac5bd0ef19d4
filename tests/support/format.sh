#!/usr/bin/env bash
# Every C++ file is as clang-format-14 writes it.
set -euo pipefail
cd "$(dirname "$0")/../.."
git ls-files -z 'app/*.[hc]pp' 'lib/*.[hc]pp' 'tests/*.[hc]pp' | xargs -0 clang-format-14 --dry-run -Werror
