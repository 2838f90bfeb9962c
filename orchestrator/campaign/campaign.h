// SPDX-License-Identifier: Apache-2.0
// The campaign: so many faults, one after the other, each drawn from the seed and its number, each judged and written
// down before the next.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/file.h"

namespace campaign {

struct Options {
  int scripted = 360;
  int real = 160;
  std::uint64_t seed = 1;
  std::optional<int> only;  // scripted faults count from 1, real ones from kFirstReal
  std::string kind;
  base::fs::path journal = "faults.jsonl";
  base::fs::path root;
  base::fs::path program;  // empty: $VMLAB_PROGRAM
  base::fs::path work;     // empty: a fresh folder beside the cache's
  bool keep = false;
};

inline constexpr int kFirstReal = 10'001;

// False when a fault made something wrong. Prints a line for each fault that is not right, and the sums.
bool run_campaign(const Options& options);

}  // namespace campaign
