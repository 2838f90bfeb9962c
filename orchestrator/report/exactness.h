// SPDX-License-Identifier: Apache-2.0
// What a run under the instruction clock found out about its own exactness, per machine: a sampled job ran again, and
// its guests had to say the same to the byte.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "model/run.h"

namespace report {

struct Exactness {
  int checked = 0;                       // guests that ran again
  std::vector<std::string> differences;  // guest text in them is escaped; also: that a vCPU starves
  bool exact() const { return checked > 0 && differences.empty(); }
  bool inexact() const { return !differences.empty(); }
};

// By machine; only machines with jobs under the instruction clock.
std::map<std::string, Exactness> exactness(const model::Run& run);

}  // namespace report
