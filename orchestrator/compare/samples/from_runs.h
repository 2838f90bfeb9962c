// SPDX-License-Identifier: Apache-2.0
// Two stored runs as before and after: the samples of their benchmarks, paired by machine and seed.
#pragma once
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "compare/samples/metric.h"
#include "model/run.h"

namespace compare {

// The placebo band of a metric ("fault/anon") on a machine; nullopt where nobody measured it.
using BandOf = std::function<std::optional<double>(const std::string& machine, const std::string& metric)>;

// An event of the kernel that came more or less often: no verdict, but often the explanation of one.
struct CounterChange {
  std::string machine;
  std::string counter;  // "fault-anon: vmstat pgfault"
  double before = 0, after = 0;  // medians over the seeds
};

struct PairedRuns {
  SampleFile file;  // a metric for each machine and name: "x86_64 fault/anon"; without the machine if there is one only
  std::vector<CounterChange> counters;       // those that differ
  std::vector<std::string> unpaired;         // "x86_64 gup/slow: only before"
  std::set<std::string> inexact;             // machines whose guests did not repeat where they should have
};

// The unit of replication is the boot: of the rounds in one boot the median counts, by the wall clock the best one. Under the instruction clock sides
// are paired by seed, and seeds that only one side has are left out; by the wall clock boots stand as they came,
// sides alternated.
PairedRuns pair_runs(const model::Run& before, const model::Run& after, const BandOf& band = {});

// How far builds that differ only in what never runs may move each metric of a machine, relative to `plain`: three times
// the largest change of the median over the same seeds, of any of the kernels in `placebos`. The next build that does
// nothing is as likely as each of the n before to be the one that moves most, one in n + 1; of 540 comparisons with
// other placebos, two were called with twice the largest change, none with three times. Metrics that not
// all of them measured are left out.
std::map<std::string, double> placebo_bands(const model::Run& plain, const std::string& machine, const model::Run& placebos);

}  // namespace compare
