#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The project's own tests, as `./vmlab test [ctest arguments]` runs them.
#
#   1. everything with AddressSanitizer and UndefinedBehaviorSanitizer: unit, process and fuzz tests
#   2. the release program on real guests: suites labelled `qemu` (all five machines)
#
# Tests labelled `slow` are left out; `./vmlab test -L slow` runs just them.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
source ./vmlab  # its functions only
export VMLAB_ROOT=$root
# Builds and guests share the cores: never more jobs than there are.
jobs=$(nproc)

if [ $# -gt 0 ]; then
  ensure_built ci all
  exec ctest --test-dir build/ci --output-on-failure "$@"
fi
ensure_built ci all
ensure_built release vmlab
# One call, one summary: the guests' tests run the release program, whose path they get from the environment.
export VMLAB_PROGRAM=$root/build/release/orchestrator/cli/vmlab
ctest --test-dir build/ci --output-on-failure --schedule-random -j "$jobs" -LE slow
