// SPDX-License-Identifier: Apache-2.0
// vmlab compare --samples FILE: before and after of measured metrics.
#pragma once
#include <string>

#include "cli/command.h"

namespace cli {

// As they were given; empty: not given.
struct SamplesArguments {
  std::string file;
  std::string level, min_effect, resolution;  // "0.01" or "1%"
  std::string correction, better, clock;
  std::string html;  // the page goes to this file
  bool independent = false;

  // The first option that is meant for samples and was given; empty: none.
  std::string given() const;
};

void add_samples_options(CLI::App& command, SamplesArguments& arguments);
int compare_samples(const Session& session, const SamplesArguments& arguments);

}  // namespace cli
