// SPDX-License-Identifier: Apache-2.0
// vmlab list bands: how far builds that change nothing move each metric, as it was measured here.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <set>

#include "base/text.h"
#include "cli/list.h"
#include "compare/samples/metric.h"
#include "kernel/cache.h"
#include "lab/band_store.h"
#include "report/tables.h"

namespace cli {
namespace {

std::string kernel_in_words(const std::vector<kernel::CacheEntry>& cache, const std::string& key) {
  for (const kernel::CacheEntry& entry : cache)
    if (entry.kind == "kernel" && entry.key == key) return base::printable(entry.summary);
  return "kernel " + base::printable(key.substr(0, 12)) + ", no longer in the cache";
}

std::string seeds_in_words(const lab::Bands& bands) {
  std::string text;
  for (const std::uint64_t seed : bands.seeds) text += (text.empty() ? "" : ", ") + std::to_string(seed);
  return text;
}

// Of each machine the kernel that was measured last, with all that was measured on it.
std::map<std::string, lab::StoredBands> latest(const lab::BandStore& store) {
  std::map<std::string, lab::StoredBands> machines;
  for (lab::StoredBands& one : store.all()) machines[one.key.machine] = std::move(one);
  for (auto& [machine, one] : machines) {
    one.key.benchmarks.clear();
    one.bands = store.load(one.key);
  }
  return machines;
}

std::vector<std::vector<std::string>> table_of(const std::map<std::string, lab::StoredBands>& machines) {
  std::vector<std::vector<std::string>> rows{{"METRIC"}};
  std::set<std::string> metrics;
  for (const auto& [machine, one] : machines) {
    rows.front().push_back(machine);
    for (const auto& [metric, band] : one.bands.metrics) metrics.insert(metric);
  }
  for (const std::string& metric : metrics) {
    std::vector<std::string> row{base::printable(metric)};
    for (const auto& [machine, one] : machines) {
      const auto band = one.bands.metrics.find(metric);
      row.push_back(band == one.bands.metrics.end() ? "-" : compare::percent(band->second, false));
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

void list_bands(const Session& session) {
  const auto machines = latest(lab::BandStore(base::cache_directory() / "bands"));
  if (session.wants_json()) {
    boost::json::array array;
    for (const auto& [machine, one] : machines) {
      boost::json::object metrics;
      for (const auto& [metric, band] : one.bands.metrics) metrics[metric] = band;
      array.push_back({{"machine", machine}, {"kernel", one.key.kernel}, {"qemu", one.key.qemu}, {"builds", one.bands.builds},
                       {"seeds", boost::json::value_from(one.bands.seeds)}, {"metrics", std::move(metrics)}});
    }
    session.deliver_json(boost::json::serialize(boost::json::object{{"bands", std::move(array)}}));
  }
  if (session.json) return;
  if (machines.empty()) return session.say("no placebo band was measured yet: `vmlab ab` does it\n");
  session.say(report::table(table_of(machines), session.terminal()) + "\n");
  const std::vector<kernel::CacheEntry> cache = kernel::ArtifactCache().list();
  for (const auto& [machine, one] : machines)
    session.say(fmt::format("{}: {}\n  {} placebo kernels, seeds {}\n", machine, kernel_in_words(cache, one.key.kernel), one.bands.builds,
                            seeds_in_words(one.bands)));
}

}  // namespace cli
