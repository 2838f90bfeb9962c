// SPDX-License-Identifier: Apache-2.0
#include "campaign/world.h"

#include <fmt/format.h>

#include <csignal>
#include <thread>

namespace campaign {
namespace {

namespace fs = base::fs;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

// Three tests of about a second on the machine that boots fastest.
constexpr const char* kScenario =
    "name: hurt\nmachines: [x86_64]\nisolation: suite\ntests:\n"
    "  - run: madv_populate\n  - run: mkdirty\n  - run: mremap_dontunmap\n";

// What the guest's own faults need is built with the rest.
constexpr auto kHurtingTest =
    "name: hurting-test\nmachines: [x86_64]\nselftests: {{source: \"debian:6.12\", patches: [\"{}\"]}}\n"
    "tests:\n  - {{id: mm/hurt, run: vmlab_hurt quiet}}\n";

void copy_checkout(const fs::path& from, const fs::path& to) {
  fs::create_directories(to);
  for (const char* part : {"images", "scenarios", "guest-tools"})
    fs::copy(from / part, to / part, fs::copy_options::recursive | fs::copy_options::copy_symlinks);
}

void require(bool good, const std::string& what, const Answer& answer) {
  if (!good) throw base::InfraError(fmt::format("{}: {}", what, answer.text()), "the campaign needs an undisturbed run to compare with");
}

}  // namespace

World make_world(const fs::path& program, const fs::path& checkout, const fs::path& folder) {
  World world;
  world.program = folder / "vmlab";
  fs::copy_file(program, world.program);
  world.root = folder / "checkout";
  copy_checkout(checkout, world.root);
  world.scenario = folder / "hurt.yaml";
  base::value_or_throw(base::write_file_atomic(world.scenario, kScenario));
  world.hurting_test = world.root / "scenarios/patches/hurting-test.patch";
  const fs::path hurting = folder / "hurting.yaml";
  base::value_or_throw(base::write_file_atomic(hurting, fmt::format(kHurtingTest, world.hurting_test.string())));

  // Once with the user's own cache, so that what is not built yet is built where it is of use.
  world.cache = base::cache_directory();
  {
    Victim first(world, folder / "first", 0);
    std::vector<std::string> both = first.run_arguments();
    both.insert(both.begin() + 1, hurting.string());
    const Answer built = first.call(both, 5000s);
    require(built.code == 0, "the first run", built);
  }
  world.cache = folder / "cache" / "vmlab";
  Victim::link_cache(base::cache_directory(), world.cache);

  Victim quiet(world, folder / "quiet", 0);
  Running running = quiet.start_run();
  const auto qemu = quiet.wait_for_qemu(running, 0ms);
  const auto up = steady_clock::now();
  while (running.runs() && !quiet.qemus().empty()) std::this_thread::sleep_for(20ms);
  // The first QEMU may have been the probe for KVM; then the figure is of the second.
  auto gone = steady_clock::now();
  const auto again = quiet.wait_for_qemu(running, 0ms);
  if (again) {
    const auto second = steady_clock::now();
    while (running.runs() && !quiet.qemus().empty()) std::this_thread::sleep_for(20ms);
    gone = up + (steady_clock::now() - second);
  }
  const Answer answer = running.wait(300s);
  require(qemu.has_value() && answer.code == 0, "the undisturbed run", answer);
  world.guest_time = std::max(1000ms, std::chrono::duration_cast<std::chrono::milliseconds>(gone - up));
  const StoredRun stored = quiet.stored();
  require(stored.there && stored.answer.code == 0 && stored.rows.size() >= 3, "the undisturbed run's report", stored.answer);
  world.truth = truth_of(stored.rows);
  world.finished = quiet.results;
  world.finished_report = stored.answer.output;
  for (const auto& entry : fs::directory_iterator(world.cache / "images"))
    if (entry.path().extension() == ".cpio") world.image_bytes = std::max<std::uint64_t>(world.image_bytes, entry.file_size());

  Victim cut(world, folder / "cut", 0);
  Running short_run = cut.start_run();
  while (short_run.runs() && Victim::told_done(short_run.errors()).empty()) std::this_thread::sleep_for(10ms);
  short_run.signal(SIGKILL);
  const Answer killed = short_run.wait(10s);
  while (!cut.qemus().empty()) std::this_thread::sleep_for(20ms);
  // Before anybody opens the store and takes the log in.
  world.cut_short = folder / "cut-short";
  fs::copy(cut.results, world.cut_short, fs::copy_options::recursive);
  const StoredRun half = cut.stored();
  require(half.there && half.state == "interrupted", "a run that was killed", half.answer);
  world.cut_short_rows = half.rows;
  return world;
}

}  // namespace campaign
