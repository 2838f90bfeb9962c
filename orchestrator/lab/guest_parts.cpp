// SPDX-License-Identifier: Apache-2.0
// What a guest starts from: its image, its drives, its accelerator.
#include <fmt/format.h>
#include <sys/utsname.h>

#include "guest/qemu/accelerator.h"
#include "image/block.h"
#include "lab/job_plan.h"
#include "lab/run_in_progress.h"

namespace lab {
namespace {

// Shell helpers that the scripts of newer trees include as ../kselftest/ktap_helpers.sh.
constexpr const char* kSharedHelpers = "kselftest";

std::vector<image::Tree> selftest_trees(const std::vector<model::TestSpec>& tests, const BuiltSelftests& selftests) {
  std::set<std::string> folders;
  for (const model::TestSpec& test : tests)
    if (test.collection != model::kBenchmarks) folders.insert(test.collection);
  if (!selftests.folder.empty() && base::fs::is_directory(selftests.folder / kSharedHelpers)) folders.insert(kSharedHelpers);
  std::vector<image::Tree> trees;
  for (const std::string& folder : folders)
    trees.push_back({.host = selftests.folder / folder,
                     .guest = std::string(kSelftestsInGuest) + "/" + folder,
                     .identity = selftests.identity + "/" + folder});
  return trees;
}

}  // namespace

async::task<const Built<image::BaseImage>*> RunInProgress::base_image(
    const scenario::JobRequest& job, const std::vector<model::TestSpec>& tests, const BuiltKernel& kernel,
    const BuiltSelftests& selftests, const BuiltTools& tools, const std::optional<image::Tree>& benchmarks,
    std::int64_t priority) {
  image::ImageSpec spec;
  spec.agent = tools.agent;
  // Scripts need a shell, and so do programs that call popen() or system().
  const auto* shell = co_await workshop_.shell(*job.machine);
  if (*shell) spec.trees = (*shell)->shell;
  else context_.progress.note(fmt::format("{}: no shell in the guest: {}", job.machine->id, shell->error().reason));
  std::string key = selftests.identity + kernel.identity.key + std::string(job.machine->id);
  for (image::Entry& entry : module_entries(kernel)) spec.extra.push_back(std::move(entry));
  for (image::Tree& tree : selftest_trees(tests, selftests)) {
    key += " " + tree.guest;
    spec.trees.push_back(std::move(tree));
  }
  if (benchmarks) {
    key += " " + benchmarks->identity;
    spec.trees.push_back(*benchmarks);
  }
  co_return co_await workshop_.base_image(spec, key, priority);
}

async::task<base::Result<std::vector<guest::Drive>>> RunInProgress::drives(const std::vector<model::TestSpec>& tests,
                                                                           const base::fs::path& folder,
                                                                           std::int64_t priority) {
  std::vector<guest::Drive> drives;
  for (const model::ScratchFs filesystem : filesystems(tests)) {
    const auto* image = co_await workshop_.scratch_image(filesystem, priority);
    if (!*image) co_return base::fail("the scratch file system: " + image->error().reason);
    const std::string name(to_string(filesystem));
    const base::fs::path copy = folder / ("scratch-" + name + ".img");
    if (auto copied = image::copy_sparse(**image, copy); !copied)
      co_return base::fail("the scratch file system: " + copied.error().text());
    drives.push_back({.file = copy, .serial = "vmlab-" + name});
  }
  co_return drives;
}

// KVM counts only once a guest of this very kind has booted on it; the verdict is kept for this boot of the host.
async::task<void> RunInProgress::choose_accelerator(guest::QemuSpec& spec, model::JobRecord& record,
                                                    const Built<image::BaseImage>& base,
                                                    const base::fs::path& folder) {
  utsname host{};
  // KVM is no question for a guest of another architecture, nor where instructions are counted.
  const bool native = ::uname(&host) == 0 && model::arch_from(host.machine) == spec.machine->arch;
  if (!native || !base || spec.clock != model::Clock::wall) co_return;
  const base::fs::path probe = folder / "probe";
  base::fs::create_directories(probe);
  guest::QemuSpec trial = spec;
  trial.initrd = probe / "initrd";
  if (!image::assemble(*base, model::Plan{}.text(), trial.initrd)) co_return;
  const guest::AcceleratorVerdict verdict = co_await guest::choose_accelerator(
      trial, record.qemu, context_.store.directory() / "accelerator", std::chrono::seconds(60));
  base::fs::remove_all(probe);
  spec.accelerator = verdict.accelerator;
  record.accel = guest::to_string(spec.accelerator);
  context_.store.upsert_job(end_.run, record);
  if (!verdict.reason.empty() && !accelerators_told_.contains(verdict.reason)) {
    accelerators_told_.insert(verdict.reason);
    context_.progress.note(verdict.reason);
  }
}

}  // namespace lab
