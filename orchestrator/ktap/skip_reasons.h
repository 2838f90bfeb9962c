// SPDX-License-Identifier: Apache-2.0
// The reviewed table of skips that are inherent: the architecture or the kernel's design has no
// such thing, so no guest could be set up to run the case. Every other skip is `unfit`: the
// environment could be mended.
#pragma once
#include <span>
#include <string_view>

#include "model/outcome.h"

namespace ktap {

struct InherentSkip {
  std::string_view machine;  // glob over machine ids; "*" says it holds everywhere
  std::string_view test;     // glob over the test id
  std::string_view name;     // glob over the case's name
  std::string_view reason;   // glob over the reason
  std::string_view why;      // the reviewer's word
};

std::span<const InherentSkip> inherent_skips();

// `skip` when the table says so, otherwise `unfit`. An empty machine (text from elsewhere) matches
// only rows that hold everywhere.
model::Outcome outcome_of_skip(std::string_view machine, std::string_view test,
                               std::string_view name, std::string_view reason);

}  // namespace ktap
