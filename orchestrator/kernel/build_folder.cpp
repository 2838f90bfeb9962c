// SPDX-License-Identifier: Apache-2.0
#include "kernel/build_folder.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "base/text.h"
#include "kernel/build_log.h"
#include "kernel/failure.h"

namespace kernel {
namespace {

namespace fs = base::fs;

constexpr const char* kFinished = ".vmlab-finished";

bool not_older(const struct timespec& a, const struct timespec& b) {
  return a.tv_sec != b.tv_sec ? a.tv_sec > b.tv_sec : a.tv_nsec >= b.tv_nsec;
}

void remove_since(const fs::path& folder, const struct timespec& start) {
  std::vector<fs::path> doubtful;
  std::error_code ignored;
  for (fs::recursive_directory_iterator it(folder, ignored), end; it != end;
       it.increment(ignored)) {
    struct stat info {};
    if (::lstat(it->path().c_str(), &info) == 0 && S_ISREG(info.st_mode) &&
        not_older(info.st_mtim, start))
      doubtful.push_back(it->path());
  }
  for (const fs::path& path : doubtful) fs::remove(path, ignored);
}

std::expected<void, BuildFailure> run_make(const Recipe& recipe, const std::string& target,
                                           CommandRunner& runner) {
  Command command = recipe.make({target});
  command.log_file = recipe.log;
  BuildLog log;
  auto outcome = runner.run(command, [&](std::string_view line) { log.feed(line); });
  if (!outcome) return infra_failure(outcome.error());
  if (outcome->ok()) return {};
  return std::unexpected(BuildFailure{
      .kind = BuildFailure::Kind::build, .lines = log.what_matters(), .log = recipe.log});
}

}  // namespace

base::Result<BuildFolder> BuildFolder::open(const WorktreeLease& tree, const std::string& name,
                                            const Waiting& waiting) {
  auto lock = wait_for_lock(tree.folder / (name + ".lock"), waiting);
  if (!lock) return std::unexpected(lock.error());
  BuildFolder folder(tree.tree / name, std::move(*lock));
  std::error_code error;
  fs::create_directories(folder.path(), error);
  if (error)
    return base::fail(fmt::format("creating {}: {}", folder.path().string(), error.message()));
  struct stat info {};
  if (::stat(folder.marker().c_str(), &info) == 0) {
    remove_since(folder.path(), info.st_mtim);
    fs::remove(folder.marker(), error);
  }
  return folder;
}

bool BuildFolder::warm() const { return fs::exists(path_ / kFinished); }

base::Result<void> BuildFolder::begin() { return base::write_file_atomic(marker(), ""); }

void BuildFolder::end() {
  std::error_code ignored;
  fs::rename(marker(), path_ / kFinished, ignored);
}

std::expected<ConfigValues, BuildFailure> configure(const Recipe& recipe, const ConfigPlan& plan,
                                                    const WorktreeLease& tree,
                                                    CommandRunner& runner) {
  const fs::path config = recipe.build_path() / ".config",
                 remembered = recipe.build_path() / ".vmlab-config";
  const auto stamp = [&](std::string_view resolved) {
    base::Sha256 hash;
    hash.field(plan.key_text()).field(tree.config_identity).field(resolved);
    return hash.hex();
  };
  if (auto old = base::read_file(config, 16 << 20))
    if (auto known = base::read_file(remembered, 4096); known && *known == stamp(*old))
      return parse_config_values(*old);

  if (plan.base == "file") {
    if (auto written = base::write_file_atomic(config, plan.base_text + "\n"); !written)
      return infra_failure(written.error());
  } else if (auto made = run_make(recipe, base_config_target(plan.base, *recipe.machine), runner);
             !made) {
    return std::unexpected(std::move(made.error()));
  }
  auto base_text = base::read_file(config, 16 << 20);
  if (!base_text) return infra_failure(base_text.error());
  if (auto written = base::write_file_atomic(config, *base_text + plan.fragment_text()); !written)
    return infra_failure(written.error());
  if (auto made = run_make(recipe, "olddefconfig", runner); !made)
    return std::unexpected(std::move(made.error()));
  auto resolved = base::read_file(config, 16 << 20);
  if (!resolved) return infra_failure(resolved.error());
  ConfigValues values = parse_config_values(*resolved);
  const std::string srcarch(recipe.machine->kbuild_arch);
  base::Diagnostics problems =
      check_config(plan, values, [&] { return KconfigTree::read(recipe.tree, srcarch); });
  if (!problems.empty())
    return std::unexpected(
        BuildFailure{.kind = BuildFailure::Kind::user, .diagnostics = std::move(problems)});
  if (auto written = base::write_file_atomic(remembered, stamp(*resolved)); !written)
    return infra_failure(written.error());
  return values;
}

}  // namespace kernel
