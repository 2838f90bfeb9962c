// SPDX-License-Identifier: Apache-2.0
// Placebo bands of a run that measured: from the cache, or measured now by running placebo kernels.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "cli/run_options.h"
#include "compare/samples/from_runs.h"
#include "model/run.h"

namespace cli {

struct MeasuredBands {
  std::map<std::string, std::map<std::string, double>> machines;  // machine -> metric -> relative band
  std::vector<std::string> remarks;                               // where there are none, and why
  bool whole = true;                                              // not interrupted
};

// `plain` is what `request` gave. Where the cache has no bands for its kernel, machine, benchmarks and QEMU, `builds`
// placebo kernels are built and each is run under the first `seeds` of the request's seeds; 0 builds measures none.
MeasuredBands bands_of(Session& session, const lab::RunRequest& request, const model::Run& plain, int builds, int seeds,
                       store::Store& store);

// Those that the cache has for the kernels of a run.
std::map<std::string, std::map<std::string, double>> known_bands(const model::Run& run);

// However little placebos move a metric: a change elsewhere shifts the benchmark against the timer's ticks, and that alone
// moves a count by some tens of instructions (mincore/resident by 0.0012%, which no placebo had moved).
inline constexpr double kNarrowestBand = 5e-5;

compare::BandOf lookup(std::map<std::string, std::map<std::string, double>> machines);

}  // namespace cli
