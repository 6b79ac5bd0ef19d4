#!/bin/sh
# usage: baseline_lines.sh FILE COUNT: what it costs to print COUNT lines into a file through one other process.
seq 1 "$2" | tee "$1" >/dev/null
