// SPDX-License-Identifier: Apache-2.0
// What the readers hand to the parser, which makes ids of it.
#pragma once
#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include "model/outcome.h"

namespace ktap {

// A result with its path below the test.
struct RawCase {
  std::string name;  // "parent/child"
  model::Outcome outcome = model::Outcome::pass;
  bool skipped = false;  // outcome is still to be decided by the table of skip reasons
  std::optional<std::string> reason;
  std::size_t line = 0;
  std::string evidence;
};

using CaseSink = std::function<void(RawCase)>;

}  // namespace ktap
