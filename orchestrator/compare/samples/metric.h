// SPDX-License-Identifier: Apache-2.0
// Samples of metrics before and after a change, and what they are taken to say: plain values, no
// files. reader.h reads them, comparison.h decides; README.md of `compare` has formats and rules.
#pragma once
// Before `namespace compare` exists: fmt 9 calls an unqualified compare() in its templates.
#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/scenario.h"

namespace compare {

// A side of which only this much is known, as tables in mails give it.
struct MeanSd {
  double mean = 0;
  double sd = 0;  // of the sample, >= 0
  std::int64_t n = 0;
};
using Values = std::vector<double>;
// Values in the order of measurement. Of an exact metric: one per seed, the same seeds on both
// sides.
using Side = std::variant<Values, MeanSd>;

// How the samples of a side were taken.
enum class Sampling {
  consecutive,  // one after the other: they may hang together, and drift
  independent,  // in random or alternating order, or each from a boot of its own
};
std::string_view to_string(Sampling sampling);

struct Metric {
  std::string name;
  std::string unit;  // may be empty
  bool lower_is_better = true;
  model::Clock clock = model::Clock::wall;
  Side before, after;
  std::optional<double> band;        // placebo band, relative: 0.01 is 1%
  std::optional<Sampling> sampling;  // the file's word; the options' when absent
};

// A file of samples. The texts are for the reader's eyes and may be empty.
struct SampleFile {
  std::string title;
  std::string before, after;  // what was measured: kernels, usually
  std::vector<Metric> metrics;
};

enum class Correction { automatic, none, holm, fdr };
std::string_view to_string(Correction correction);
std::optional<Correction> correction_from(std::string_view name);

// More metrics with a p than this are many, see Correction::automatic in README.md.
inline constexpr std::size_t kManyMetrics = 20;

struct SampleOptions {
  double level = 0.01;  // of a false alarm, per metric
  double min_effect =
      0.005;  // relative; of a noisy metric a smaller change is never called, however sure
  double resolution =
      0.01;  // relative; `unchanged` rules out a change larger than this, or than min_effect
  double power = 0.9;  // with which `need` samples would settle it
  Correction correction = Correction::automatic;
  Sampling sampling = Sampling::consecutive;
};

enum class SampleVerdict { improved, regressed, unchanged, inconclusive };
std::string_view to_string(SampleVerdict verdict);

// 0.0123 -> "+1.23%": a change, with the digits it needs. Without sign: a share as it was given,
// "0.12%".
std::string percent(double share, bool sign = true);

// A side as it is shown.
struct SideView {
  std::int64_t n = 0;
  double middle = 0;         // the median; the mean where that is all there is
  double low = 0, high = 0;  // of values their range; of mean/sd/n one sd to each side
  Values values;             // none of mean/sd/n
};

struct MetricVerdict {
  std::string name;
  std::string unit;
  bool lower_is_better = true;
  model::Clock clock = model::Clock::wall;
  SampleVerdict verdict = SampleVerdict::inconclusive;
  SampleVerdict uncorrected = SampleVerdict::inconclusive;  // as if it were the only metric
  double delta = 0;          // relative change of the median, or of the mean
  double low = 0, high = 0;  // interval of delta
  double confidence = 0;     // of the interval; 0: nothing is known
  std::optional<double> band;
  std::optional<double> p;           // none for exact metrics
  std::optional<double> p_adjusted;  // for the number of metrics; p when nothing was corrected
  std::optional<std::int64_t> need;  // more samples per side, when it is for lack of them
  std::string reason;                // what the verdict rests on
  std::vector<std::string> remarks;  // warm-up, drift, two modes
  SideView before, after;
};

struct SampleComparison {
  std::string title, before, after;
  std::vector<MetricVerdict> metrics;
  Correction correction = Correction::none;  // the one that was applied; never automatic
  std::size_t corrected_for = 0;             // metrics with a p
  SampleOptions options;
  std::size_t of(SampleVerdict verdict) const;
};

}  // namespace compare
