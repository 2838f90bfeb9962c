#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Checks that every #include "room/..." of the orchestrator points down, as orchestrator/layers.txt has it,
# and that no room is missing from that table. Usage: check_layers.sh ROOT
set -euo pipefail
cd "$1"
awk '
  FILENAME == "orchestrator/layers.txt" {
    if ($0 ~ /^#/ || NF == 0) next
    room = $1; sub(/:$/, "", room); known[room] = 1; allowed[room, room] = 1
    for (i = 2; i <= NF; ++i) {
      allowed[room, $i] = 1
      for (other in known) if ((($i, other) in allowed)) allowed[room, other] = 1
    }
    next
  }
  FNR == 1 { split(FILENAME, part, "/"); room = part[2]; if (!(room in known)) { print FILENAME ": room " room " is not in orchestrator/layers.txt"; bad = 1 } }
  match($0, /^[ \t]*#[ \t]*include[ \t]+"[^"\/]+\//) {
    name = substr($0, RSTART, RLENGTH); sub(/.*"/, "", name); sub(/\/$/, "", name)
    if (((name in known) || name == "wire" || name == "agent") && !((room, name) in allowed) && !((room, "*") in allowed)) {
      print FILENAME ":" FNR ": room " room " may not include from " name "/"; bad = 1
    }
  }
  END { exit bad }
' orchestrator/layers.txt $(find orchestrator -mindepth 2 \( -name "*.h" -o -name "*.cpp" \) | sort)
