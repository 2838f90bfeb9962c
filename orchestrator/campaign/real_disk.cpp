// SPDX-License-Identifier: Apache-2.0
// Faults of disks under the real program: full ones, and a cache whose files are damaged.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "campaign/damage.h"
#include "campaign/real.h"
#include "kernel/cache.h"

namespace campaign {
namespace {

using Verdict = Seen::Verdict;

Seen wrong(std::string text) { return {.verdict = Verdict::wrong, .text = std::move(text)}; }

// "No space left on device", "database or disk is full".
bool tells_of_space(const Answer& answer) { return answer.errors.contains("space") || answer.errors.contains("full"); }

// The disk under `where` has `bytes` while the run begins, and room when it is asked to go on.
Seen on_small_disk(Victim& victim, const base::fs::path& where, std::uint64_t bytes) {
  base::fs::create_directories(where);
  auto disk = SmallDisk::mount(where, bytes);
  if (!disk) return {.verdict = Verdict::skipped, .text = disk.error().text()};
  Running run = victim.start_run();
  const Answer hurt = run.wait(std::chrono::seconds(300));
  if (hurt.ended && hurt.code == 3 && !tells_of_space(hurt)) return wrong("a full disk is not told of: " + hurt.text());
  if (auto more = disk->resize(std::uint64_t{4} << 30); !more) return wrong(more.error().text());
  return finish_hurt(victim, hurt, {.lasting = true});
}

Seen results_disk_full(const World& world, Dice& dice, Fault& fault, const base::fs::path& folder) {
  Victim victim(world, folder, fault.number);
  // From a disk that cannot hold the store to one that is full when the last file is written.
  std::uint64_t bytes = 0;
  switch (dice.below(3)) {
    case 0: bytes = 4096 * static_cast<std::uint64_t>(dice.between(1, 80)); break;
    case 1: bytes = world.image_bytes + 4096 * static_cast<std::uint64_t>(dice.between(0, 200)); break;
    default: bytes = world.image_bytes * dice.below(1000) / 1000 + 4096; break;
  }
  fault.how["bytes"] = bytes;
  return on_small_disk(victim, victim.results, bytes);
}

Seen cache_disk_full(const World& world, Dice& dice, Fault& fault, const base::fs::path& folder) {
  Victim victim(world, folder, fault.number, true);
  base::fs::remove_all(victim.cache / "images");
  const std::uint64_t bytes = world.image_bytes * dice.below(1000) / 1000 + 4096;
  fault.how["bytes"] = bytes;
  return on_small_disk(victim, victim.cache / "images", bytes);
}

std::vector<base::fs::path> files_below(const base::fs::path& folder, bool (*wanted)(const base::fs::path&)) {
  std::vector<base::fs::path> files;
  std::error_code error;
  for (base::fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    if (it->is_regular_file(error) && !it->is_symlink(error) && it->file_size(error) > 0 && wanted(it->path())) files.push_back(it->path());
  std::ranges::sort(files);
  return files;
}

// The base image and the agent are made again in seconds; a run must come out as if nothing had been.
Seen image_damaged(const World& world, Dice& dice, Fault& fault, const base::fs::path& folder) {
  Victim victim(world, folder, fault.number, true);
  const bool agent = dice.one_in(4);
  const auto files = agent ? files_below(victim.cache / "artifacts/agent", [](const auto&) { return true; })
                           : files_below(victim.cache / "images", [](const auto& path) { return path.extension() == ".cpio"; });
  fault.how["what"] = agent ? "agent" : "base image";
  if (files.empty()) return wrong("the cache has none");
  // All of them, because which one is used is the lab's to know.
  for (const auto& file : files)
    if (auto done = damage(file, dice, fault.how); !done) return wrong(done.error().text());
  fault.how["files"] = files.size();
  Running run = victim.start_run();
  return finish_hurt(victim, run.wait(std::chrono::seconds(600)));
}

// What takes minutes to build is only looked up: a damaged entry counts as absent.
Seen entry_damaged(const World& world, Dice& dice, Fault& fault, const base::fs::path& folder) {
  static constexpr std::string_view kKinds[] = {"kernel", "selftests", "shell", "agent", "headers"};
  const std::string kind(dice.one_of<std::string_view>(kKinds));
  const base::fs::path from = world.cache / "artifacts" / kind;
  std::vector<base::fs::path> entries;
  std::error_code error;
  for (const auto& entry : base::fs::directory_iterator(from, error)) entries.push_back(entry.path());
  if (entries.empty()) return {.verdict = Verdict::skipped, .text = "the cache has no " + kind};
  std::ranges::sort(entries);
  const std::string key = dice.one_of<base::fs::path>(entries).filename().string();
  fault.how["kind"] = kind;
  const base::fs::path root = folder / "cache" / "vmlab", to = root / "artifacts" / kind / key;
  base::fs::create_directories(to.parent_path());
  base::fs::create_directories(root / "locks");
  base::fs::copy(from / key, to, base::fs::copy_options::recursive | base::fs::copy_options::create_hard_links | base::fs::copy_options::copy_symlinks);
  const kernel::ArtifactCache cache(root);
  if (!cache.find(kind, key)) return wrong("the entry was not whole before");
  const auto files = files_below(to, [](const auto&) { return true; });
  // With a new time of change: what keeps size and time is not looked for at every use (README.md).
  const auto& file = dice.one_of<base::fs::path>(files);
  if (auto done = damage(file, dice, fault.how); !done) return wrong(done.error().text());
  if (cache.find(kind, key)) return wrong(fmt::format("a damaged {} is taken for whole", file.filename().string()));
  return {.verdict = Verdict::right, .text = "counts as absent"};
}

constexpr std::array kKinds{
    RealKind{"disk full: results", 10, results_disk_full},
    RealKind{"disk full: cache", 4, cache_disk_full},
    RealKind{"cache: image or agent damaged", 6, image_damaged},
    RealKind{"cache: an entry damaged", 24, entry_damaged},
};

}  // namespace

std::span<const RealKind> disk_kinds() { return kKinds; }

}  // namespace campaign
