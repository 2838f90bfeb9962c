// SPDX-License-Identifier: Apache-2.0
#include "cli/measured_before.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <set>

#include "base/hash.h"
#include "base/text.h"
#include "cli/loop.h"
#include "guest/qemu/install.h"
#include "lab/request_note.h"

namespace cli {
namespace {

async::task<void> ask_version(const model::Machine& machine, std::string& out) {
  auto found = co_await guest::find_qemu(machine);
  if (found) out = found->full_version;
}

// Empty where there is no QEMU: the run will say so.
std::string qemu_version(const model::Machine& machine) {
  async::asio::io_context loop;
  std::string version;
  run_loop(loop, ask_version(machine, version), [] {});
  return version;
}

}  // namespace

std::string sources_identity(const base::fs::path& folder) {
  std::vector<base::fs::path> files;
  std::error_code error;
  for (const auto& entry : base::fs::recursive_directory_iterator(folder, error))
    if (entry.is_regular_file(error)) files.push_back(entry.path());
  std::ranges::sort(files);
  base::Sha256 hash;
  for (const base::fs::path& file : files)
    hash.field(file.lexically_relative(folder).string()).field(base::read_file(file).value_or(""));
  return hash.hex();
}

MeasuredBefore::MeasuredBefore(const Session& session, const lab::RunRequest& request,
                               const std::map<std::string, std::string>& images)
    : images_(images) {
  base::Sha256 key;
  // What a result means, but for the kernel: of that the bytes count.
  for (const std::string& line : lab::lines_without_kernels(request)) key.field(line);
  for (const auto& [machine, image] : images) key.field(machine).field(image);
  for (const std::uint64_t seed : request.seeds) key.field(std::to_string(seed));
  std::set<std::string> asked;
  for (const scenario::JobRequest& job : request.jobs) {
    seeds_[std::string(job.machine->id)] = request.seeds.size();
    key.field(job.machine->cpu_emulated).field(job.machine->cpu_exact);
    if (asked.insert(std::string(job.machine->qemu)).second) key.field(job.machine->qemu).field(qemu_version(*job.machine));
  }
  key.field(sources_identity(session.checkout() / "guest-tools"));
  file_ = session.results_dir / "exact" / "measured" / key.hex().substr(0, 32);
}

bool MeasuredBefore::serves(const store::Store& store, const std::string& run) const {
  const auto loaded = store.load_run(run);
  if (!loaded || loaded->state != store::RunState::finished) return false;
  std::map<std::string, std::set<std::uint64_t>> measured;
  std::map<std::string, std::string> machine_of;
  for (const model::JobRecord& job : loaded->run.jobs) {
    const auto image = images_.find(job.machine);
    if (image == images_.end() || job.kernel.image_sha256 != image->second || !job.starts.differences.empty()) return false;
    machine_of[job.job] = job.machine;
  }
  for (const model::CaseResult& result : loaded->run.results)
    if (model::verdict_of(result.outcome) == model::Verdict::none) return false;
  for (const model::Sample& sample : loaded->run.samples)
    if (sample.seed) measured[machine_of[sample.job]].insert(*sample.seed);
  return std::ranges::all_of(seeds_, [&](const auto& one) { return measured[one.first].size() == one.second; });
}

std::string MeasuredBefore::find(const store::Store& store) const {
  const auto kept = base::read_file(file_, 256);
  const std::string run = kept ? std::string(base::trim(*kept)) : std::string();
  return !run.empty() && serves(store, run) ? run : std::string();
}

void MeasuredBefore::keep(const store::Store& store, const std::string& run) const {
  if (!serves(store, run)) return;
  std::error_code error;
  base::fs::create_directories(file_.parent_path(), error);
  // It is only there to save time: a disk that is full has been told of by then.
  (void)base::write_file_atomic(file_, run + "\n");
}

}  // namespace cli
