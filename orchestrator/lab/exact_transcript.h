// SPDX-License-Identifier: Apache-2.0
// All that a guest said in one boot, to hold two boots against each other: under the instruction clock they must be
// the same to the byte.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/file.h"

namespace lab {

struct Transcript {
  std::string console;  // console.log
  std::string port;     // everything over virtio-serial, frames as they came
  bool cut = false;     // vmlab ended the guest: both may end anywhere
};

// From a boot's folder. Only guests under the instruction clock leave one.
base::Result<Transcript> read_transcript(const base::fs::path& boot);

// 64 digits: equal for equal transcripts. Of one that is cut it says nothing.
std::string transcript_hash(const Transcript& transcript);

// The frames as lines for people, in their order: "stdout of test 0 at 1234 ns: ok 1". Guest text, unescaped.
std::string spoken_text(std::string_view port);

struct TranscriptDifference {
  std::string part;           // "console.log" or "the agent's words"
  std::size_t line = 0;       // from 1: the first that differs; 0: only bytes do, and `part` says from which on
  std::string first, second;  // that line on both sides, escaped and cut; empty where that side has ended

  // "console.log from line 12 on: "..." and then "...""
  std::string text() const;
};

// At most one of each part, the agent's words first. Empty: the same to the byte; where one is cut, as far as both go.
std::vector<TranscriptDifference> differences(const Transcript& a, const Transcript& b);

}  // namespace lab
