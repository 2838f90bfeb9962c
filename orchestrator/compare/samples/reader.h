// SPDX-License-Identifier: Apache-2.0
// Files of samples, as programs and people write them: JSON, tables (CSV, TSV), notes. README.md of
// `compare` is the reference. Every mistake is reported with its place, not only the first.
#pragma once
#include <expected>
#include <string>
#include <string_view>

#include "base/diagnostic.h"
#include "compare/samples/metric.h"

namespace compare {

// For metrics that do not say it themselves.
struct SampleDefaults {
  std::optional<bool> lower_is_better;
  std::optional<model::Clock> clock;
};

// "lower", "higher"; "wall", "instructions" and its other name "exact".
std::optional<bool> direction_from(std::string_view word);
std::optional<model::Clock> clock_from(std::string_view word);
// "0.5%" or "0.005": at least 0, at most 1.
std::optional<double> share_from(std::string_view word);

// `file` is its name for messages. What comes out has at least one metric, and values or mean/sd/n
// on both sides of each; all numbers are finite.
std::expected<SampleFile, base::Diagnostics> read_samples(std::string_view text,
                                                          const std::string& file,
                                                          const SampleDefaults& defaults = {});

}  // namespace compare
