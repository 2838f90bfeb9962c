// SPDX-License-Identifier: Apache-2.0
#include "cli/bands.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"
#include "base/text.h"
#include "cli/measured_before.h"
#include "compare/samples/from_runs.h"
#include "lab/band_store.h"
#include "lab/placebo.h"

namespace cli {
namespace {

// What is measured: the tests of the job, the sources of the programs, and the processor.
std::string benchmarks_identity(const base::fs::path& root, const scenario::JobRequest& job) {
  base::Sha256 hash;
  hash.field(std::to_string(job.guest.vcpus)).field(job.machine->cpu_emulated).field(job.machine->cpu_exact);
  for (const model::TestSpec& test : job.tests) {
    hash.field(test.id);
    for (const std::string& argument : test.arguments) hash.field(argument);
  }
  return hash.field(sources_identity(root / "guest-tools" / "bench")).hex();
}

const model::JobRecord* job_of(const model::Run& run, std::string_view machine) {
  const auto found = std::ranges::find(run.jobs, machine, &model::JobRecord::machine);
  return found == run.jobs.end() ? nullptr : &*found;
}

bool measured_anything(const model::Run& run, const model::JobRecord& job) {
  return std::ranges::any_of(run.samples, [&](const auto& sample) { return sample.job == job.job; });
}

struct Wanted {
  const scenario::JobRequest* job = nullptr;
  lab::BandKey key;
};

}  // namespace

std::map<std::string, std::map<std::string, double>> known_bands(const model::Run& run) {
  const lab::BandStore cache(base::cache_directory() / "bands");
  std::map<std::string, std::map<std::string, double>> out;
  for (const model::JobRecord& job : run.jobs) {
    if (out.contains(job.machine)) continue;  // a job for each seed, all of one kernel
    if (auto bands = cache.load({.machine = job.machine, .kernel = job.kernel.key, .qemu = job.qemu}); bands.builds > 0)
      out[job.machine] = std::move(bands.metrics);
  }
  return out;
}

compare::BandOf lookup(std::map<std::string, std::map<std::string, double>> machines) {
  return [machines = std::move(machines)](const std::string& machine, const std::string& metric) -> std::optional<double> {
    const auto here = machines.find(machine);
    if (here == machines.end()) return std::nullopt;
    const auto band = here->second.find(metric);
    return band == here->second.end() ? std::nullopt : std::optional(std::max(band->second, kNarrowestBand));
  };
}

MeasuredBands bands_of(Session& session, const lab::RunRequest& request, const model::Run& plain, int builds, int seeds,
                       store::Store& store) {
  MeasuredBands out;
  const lab::BandStore cache(base::cache_directory() / "bands");
  std::vector<Wanted> wanted;
  for (const scenario::JobRequest& job : request.jobs) {
    const std::string machine(job.machine->id);
    const model::JobRecord* record = job_of(plain, machine);
    if (record == nullptr || !measured_anything(plain, *record)) continue;
    const lab::BandKey key{.machine = machine,
                           .kernel = record->kernel.key,
                           .qemu = record->qemu,
                           .benchmarks = benchmarks_identity(session.checkout(), job)};
    lab::Bands known = cache.load(key);
    if (known.builds >= builds && known.builds > 0) {
      out.machines[machine] = std::move(known.metrics);
      continue;
    }
    wanted.push_back({&job, key});
  }
  if (wanted.empty()) return out;
  if (builds == 0) {
    out.remarks.push_back("no placebo band was measured (--placebos 0): layout alone can move a count");
    return out;
  }
  const auto folder = base::value_or_throw(
      base::TemporaryDirectory::create(base::fs::temp_directory_path(), "vmlab-placebo-"));
  lab::RunRequest placebos = request;
  placebos.jobs.clear();
  placebos.scenario_names += " (placebos)";
  placebos.check_exact = false;
  placebos.seeds.resize(std::min<std::size_t>(placebos.seeds.size(), static_cast<std::size_t>(seeds)));
  for (int n = 1; n <= builds; ++n)
    for (const Wanted& one : wanted) {
      scenario::JobRequest job = *one.job;
      job.kernel = base::value_or_throw(lab::with_placebo(job.kernel, n, folder.path()));
      placebos.jobs.push_back(std::move(job));
    }
  std::vector<std::string> machines;
  for (const Wanted& one : wanted) machines.push_back(one.key.machine);
  fmt::print(stderr, "no placebo bands yet for this kernel on {}: building {} kernels that differ in nothing that runs\n",
             base::join(machines, ", "), builds);
  CarriedOut done;
  try {
    done = carry_out(session, placebos, store);
  } catch (const base::UserError& error) {
    out.remarks.push_back("no placebo band: " + error.diagnostics.front().message);
    return out;
  }
  out.whole = done.whole;
  const model::Run run = base::value_or_throw(store.load_run(done.run)).run;
  for (const Wanted& one : wanted) {
    lab::Bands bands{.metrics = compare::placebo_bands(plain, one.key.machine, run), .builds = builds, .seeds = placebos.seeds};
    if (bands.metrics.empty()) {
      out.remarks.push_back(fmt::format("no placebo band on {}: run {} says why", one.key.machine, done.run));
      continue;
    }
    if (done.whole) base::value_or_throw(cache.save(one.key, bands));
    out.machines[one.key.machine] = std::move(bands.metrics);
  }
  return out;
}

}  // namespace cli
