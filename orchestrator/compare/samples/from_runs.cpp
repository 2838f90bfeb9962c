// SPDX-License-Identifier: Apache-2.0
#include "compare/samples/from_runs.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "stats/summary.h"

namespace compare {
namespace {

using model::Sample;

constexpr double kMargin = 3;

// One boot of one job: what one measurement of every metric comes from.
struct Boot {
  std::size_t place = 0;  // of its job in the run: the order in which they began
  std::string job;
  int boot = 0;
  std::optional<std::uint64_t> seed;
  auto operator<=>(const Boot&) const = default;
};

struct Series {
  std::string unit;
  bool lower_is_better = true;
  model::Clock clock = model::Clock::wall;
  std::map<Boot, Values> boots;  // the rounds
};

using Key = std::pair<std::string, std::string>;  // machine, metric

struct JobPlace {
  std::string machine;
  std::size_t place = 0;
};

std::map<std::string, JobPlace> places_of(const model::Run& run) {
  std::map<std::string, JobPlace> out;
  for (std::size_t i = 0; i < run.jobs.size(); ++i) out[run.jobs[i].job] = {run.jobs[i].machine, i};
  return out;
}

std::map<Key, Series> series_of(const model::Run& run, std::vector<Key>& order) {
  std::map<Key, Series> out;
  auto places = places_of(run);
  for (const Sample& sample : run.samples) {
    const JobPlace& job = places[sample.job];
    const Key key{job.machine, sample.metric};
    auto [at, fresh] = out.try_emplace(key);
    if (fresh) {
      at->second.unit = sample.unit;
      at->second.lower_is_better = sample.lower_is_better;
      at->second.clock = sample.clock;
      if (std::ranges::find(order, key) == order.end()) order.push_back(key);
    }
    at->second.boots[{job.place, sample.job, sample.boot, sample.seed}].push_back(sample.value);
  }
  return out;
}

// One value a seed; where a seed ran more than once, its first.
std::map<std::uint64_t, double> by_seed(const Series& series) {
  std::map<std::uint64_t, double> out;
  for (const auto& [boot, rounds] : series.boots) out.try_emplace(boot.seed.value_or(0), stats::median(rounds));
  return out;
}

// What a busy host adds to a cost by the wall clock it only adds: the best round is the one that it disturbed least.
double least_disturbed(const Series& series, const Values& rounds) {
  if (series.clock != model::Clock::wall || series.unit == model::kCounterUnit) return stats::median(rounds);
  return series.lower_is_better ? std::ranges::min(rounds) : std::ranges::max(rounds);
}

Values in_order(const Series& series) {
  Values out;
  for (const auto& [boot, rounds] : series.boots) out.push_back(least_disturbed(series, rounds));
  return out;
}

std::pair<Values, Values> paired(const Series& before, const Series& after) {
  const auto left = by_seed(before), right = by_seed(after);
  std::pair<Values, Values> out;
  for (const auto& [seed, value] : left)
    if (const auto other = right.find(seed); other != right.end()) {
      out.first.push_back(value);
      out.second.push_back(other->second);
    }
  return out;
}

std::string kernel_of(const model::Run& run) {
  if (run.jobs.empty()) return "";
  const model::KernelIdentity& kernel = run.jobs.front().kernel;
  std::string text = kernel.source;
  for (const std::string& patch : kernel.patches) text += " + " + patch;
  return kernel.version.empty() ? text : kernel.version + " (" + text + ")";
}

void note_inexact(const model::Run& run, std::set<std::string>& machines) {
  for (const model::JobRecord& job : run.jobs)
    if (!job.starts.differences.empty()) machines.insert(job.machine);
}

}  // namespace

PairedRuns pair_runs(const model::Run& before, const model::Run& after, const BandOf& band) {
  PairedRuns out;
  out.file.before = kernel_of(before);
  out.file.after = kernel_of(after);
  note_inexact(before, out.inexact);
  note_inexact(after, out.inexact);
  std::vector<Key> order;
  const auto left = series_of(before, order), right = series_of(after, order);
  std::set<std::string> machines;
  for (const Key& key : order) machines.insert(key.first);
  for (const Key& key : order) {
    const std::string name = machines.size() > 1 ? key.first + " " + key.second : key.second;
    const auto from = left.find(key), to = right.find(key);
    const bool counter = (from != left.end() ? from : to)->second.unit == model::kCounterUnit;
    if (from == left.end() || to == right.end()) {
      if (!counter) out.unpaired.push_back(name + (from == left.end() ? ": only after" : ": only before"));
      continue;
    }
    const bool exact = from->second.clock == model::Clock::instructions;
    auto [a, b] = exact ? paired(from->second, to->second) : std::pair(in_order(from->second), in_order(to->second));
    if (a.empty()) {
      out.unpaired.push_back(name + ": no seed ran on both sides");
      continue;
    }
    if (counter) {
      const double x = stats::median(a), y = stats::median(b);
      if (exact && x != y) out.counters.push_back({key.first, key.second, x, y});
      continue;
    }
    Metric metric;
    metric.name = name;
    metric.unit = from->second.unit;
    metric.lower_is_better = from->second.lower_is_better;
    // What did not repeat is as noisy as any wall clock.
    metric.clock = exact && !out.inexact.contains(key.first) ? model::Clock::instructions : model::Clock::wall;
    metric.before = std::move(a);
    metric.after = std::move(b);
    if (exact && band) metric.band = band(key.first, key.second);
    metric.sampling = Sampling::independent;
    out.file.metrics.push_back(std::move(metric));
  }
  return out;
}

std::map<std::string, double> placebo_bands(const model::Run& plain, const std::string& machine, const model::Run& placebos) {
  std::vector<Key> order;
  const auto base = series_of(plain, order);
  // Each placebo kernel has its jobs, one a seed; one that measured nothing is there all the same.
  std::map<std::string, std::map<std::string, Series>> kernels;  // by key, then by metric
  std::map<std::string, std::string> kernel_of_job;
  for (const model::JobRecord& job : placebos.jobs) {
    if (job.machine != machine) continue;
    kernels.try_emplace(job.kernel.key);
    kernel_of_job[job.job] = job.kernel.key;
  }
  for (const Sample& sample : placebos.samples)
    if (const auto of = kernel_of_job.find(sample.job); of != kernel_of_job.end())
      kernels[of->second][sample.metric].boots[{0, sample.job, sample.boot, sample.seed}].push_back(sample.value);
  std::map<std::string, double> bands;
  for (const Key& key : order) {
    const auto from = base.find(key);
    if (key.first != machine || from == base.end() || from->second.unit == model::kCounterUnit) continue;
    double widest = 0;
    bool whole = !kernels.empty();
    for (const auto& [kernel, metrics] : kernels) {
      const auto here = metrics.find(key.second);
      const auto [a, b] = here == metrics.end() ? std::pair<Values, Values>() : paired(from->second, here->second);
      const double x = a.empty() ? 0 : stats::median(a);
      if (a.empty() || x == 0) {
        whole = false;
        break;
      }
      widest = std::max(widest, std::abs(stats::median(b) - x) / std::abs(x));
    }
    if (whole) bands[key.second] = kMargin * widest;
  }
  return bands;
}

}  // namespace compare
