#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs one libFuzzer target for a bounded number of inputs. What it learned is kept between runs in
# $XDG_CACHE_HOME/vmlab/fuzz/NAME, so that each run goes on where the last one ended; the inputs below the SEED folders
# (testdata of the room) are read and never written. An input that fails is kept beside the corpus and named.
# usage: run_fuzzer.sh PROGRAM [SEED-FOLDER...]
set -euo pipefail
program=$1
shift
name=$(basename "$program")
kept=${XDG_CACHE_HOME:-$HOME/.cache}/vmlab/fuzz/$name
mkdir -p "$kept/corpus" "$kept/failed"
seeds=()
for folder; do [ -d "$folder" ] && seeds+=("$folder"); done
"$program" -runs="${VMLAB_FUZZ_RUNS:-100000}" -max_total_time="${VMLAB_FUZZ_SECONDS:-20}" -rss_limit_mb=2048 \
  -artifact_prefix="$kept/failed/" "$kept/corpus" "${seeds[@]}" && exit 0
status=$?
echo "vmlab: the inputs that failed are in $kept/failed; again: $program FILE" >&2
echo "  once fixed, put the input into the room's testdata/fuzz/$name, where every later run starts from it" >&2
exit "$status"
