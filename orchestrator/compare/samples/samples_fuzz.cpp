// SPDX-License-Identifier: Apache-2.0
// Files of samples come with mails from strangers: no text may crash the reader or the judges, or
// get a number out of them that cannot be printed.
#include <cmath>
#include <cstdint>
#include <cstdlib>

#include "compare/samples/comparison.h"
#include "compare/samples/reader.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const compare::SampleDefaults defaults{.lower_is_better = true, .clock = model::Clock::wall};
  const auto file = compare::read_samples(text, "fuzz", defaults);
  if (!file) {
    require(!file.error().empty());
    for (const auto& mistake : file.error()) require(!mistake.message.empty());
    return 0;
  }
  require(!file->metrics.empty());
  for (const auto sampling : {compare::Sampling::consecutive, compare::Sampling::independent}) {
    const auto comparison = compare::compare_samples(*file, {.sampling = sampling});
    require(comparison.metrics.size() == file->metrics.size());
    for (const auto& metric : comparison.metrics) {
      require(std::isfinite(metric.delta) && std::isfinite(metric.low) &&
              std::isfinite(metric.high));
      require(metric.low <= metric.delta && metric.delta <= metric.high);
      require(!metric.p ||
              (*metric.p >= 0 && *metric.p <= *metric.p_adjusted && *metric.p_adjusted <= 1));
      require(!metric.need || *metric.need > 0);
      require(!metric.reason.empty());
    }
  }
  return 0;
}
