// SPDX-License-Identifier: Apache-2.0
#include "lab/kernel_artifacts.h"

#include <fmt/format.h>

#include <mutex>
#include <thread>

#include "image/block.h"
#include "image/store.h"
#include "kernel/build.h"
#include "kernel/guest_tools.h"
#include "kernel/selftests.h"
#include "kernel/selftests_tree.h"
#include "lab/job_plan.h"
#include "lab/request_note.h"

namespace lab {
namespace {

constexpr const char* kCollections[] = {"mm"};
constexpr const char* kModulesInGuest = "/vmlab/modules";

std::unexpected<BuildProblem> infra(std::string reason) {
  return std::unexpected(BuildProblem{BuildProblem::Kind::infra, {}, std::move(reason), {}});
}

std::unexpected<BuildProblem> problem_of(const kernel::SourceFailure& failure) {
  if (!failure.user.empty())
    return std::unexpected(BuildProblem{BuildProblem::Kind::user, failure.user, failure.user.front().message, {}});
  return infra(failure.host.text());
}

std::unexpected<BuildProblem> problem_of(const kernel::BuildFailure& failure) {
  switch (failure.kind) {
    case kernel::BuildFailure::Kind::user:
      return std::unexpected(BuildProblem{BuildProblem::Kind::user, failure.diagnostics, failure.text(), {}});
    case kernel::BuildFailure::Kind::build: {
      std::string lines;
      for (const std::string& line : failure.lines) lines += line + "\n";
      const std::string reason = failure.lines.empty() ? "the build failed" : failure.lines.front();
      return std::unexpected(BuildProblem{BuildProblem::Kind::build, {}, reason, lines + "log: " + failure.log.string()});
    }
    case kernel::BuildFailure::Kind::infra: break;
  }
  return infra(failure.error.text());
}

using OnProgress = ArtifactSource::OnProgress;

// How far one is in waiting nobody knows.
kernel::OnWait waiting(const OnProgress& on_progress) {
  return [on_progress](const std::string& line) { on_progress(line, -1); };
}

}  // namespace

struct KernelArtifacts::State {
  explicit State(base::fs::path checkout) : root(std::move(checkout)) {}

  base::fs::path root;
  kernel::ArtifactCache cache;
  kernel::HostCommandRunner runner;
  int jobs = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  std::mutex keep_mutex;
  std::vector<std::shared_ptr<const void>> keep;  // what this run uses stays out of gc's reach

  // What killed processes left goes now: the disk would fill up with it.
  void clean() const {
    cache.clean();
    image::sweep_images(cache.root() / "images");
  }

  kernel::GuestToolsHost host_for(const OnProgress& on_progress) {
    return {runner, cache, jobs, waiting(on_progress)};
  }

  void hold(std::shared_ptr<const void> in_use) {
    const std::lock_guard lock(keep_mutex);
    keep.push_back(std::move(in_use));
  }
};

KernelArtifacts::KernelArtifacts(base::fs::path root) : state_(std::make_unique<State>(std::move(root))) {
  state_->clean();
}
KernelArtifacts::~KernelArtifacts() = default;

Built<BuiltKernel> KernelArtifacts::kernel(const model::KernelSpec& spec, const model::Machine& machine,
                                           const OnProgress& on_progress) {
  kernel::BuildContext context{.cache = state_->cache,
                               .runner = state_->runner,
                               .config_directory = state_->root / "images" / "config",
                               .jobs = state_->jobs};
  context.on_progress = [&](const kernel::BuildProgress& progress) {
    // The total is what the last build took: this one may take a few more.
    on_progress(progress.stage,
                progress.total > 0 ? std::min(0.99, static_cast<double>(progress.done) / progress.total) : -1);
  };
  auto built = kernel::build_kernel(spec, machine, context);
  if (!built) return problem_of(built.error());
  state_->hold(built->artifact.in_use);
  BuiltKernel result;
  result.image = built->image;
  result.config = built->config;
  result.vmlinux = built->vmlinux;
  result.identity = {.source = spec.source.text(),
                     .version = built->version,
                     .key = built->key,
                     .image_sha256 = built->image_sha256,
                     .config_sha256 = built->config_sha256,
                     .compiler = built->compiler,
                     // By name, as the request names them: that is how expectations find their jobs.
                     .patches = patch_names(spec.patches)};
  for (const base::fs::path& module : built->modules) {
    result.module_order.push_back(std::string(kModulesInGuest) + "/" + module.filename().string());
    result.modules.push_back(module);
  }
  return result;
}

Built<BuiltSelftests> KernelArtifacts::selftests(const model::SelftestSpec& spec, const model::Machine& machine,
                                                 const OnProgress& on_progress) {
  on_progress("reading the tree", -1);
  auto tree = kernel::open_selftest_tree(spec, state_->cache, state_->runner, waiting(on_progress));
  if (!tree) return problem_of(tree.error());
  on_progress("building", -1);
  auto libraries = kernel::build_guest_libraries(state_->host_for(on_progress), state_->root / "images" / "recipes", machine);
  if (!libraries) return infra(std::move(libraries.error()).while_doing("building the selftests' libraries").text());
  BuiltSelftests result;
  result.source = spec.source.text();
  for (const char* collection : kCollections) {
    auto built = kernel::build_selftests(state_->host_for(on_progress), *tree, collection, machine, libraries->folder);
    if (!built) return infra(std::move(built.error()).while_doing(fmt::format("building the {} selftests", collection)).text());
    state_->hold(built->entry.in_use);
    result.folder = built->root;
    result.identity += built->identity;
    for (const kernel::BuiltSelftest& program : built->built) result.programs[collection].push_back(program.name);
    for (const kernel::NotBuilt& missing : built->not_built) {
      if (missing.left_out()) {
        result.left_out[fmt::format("{}/{}", collection, missing.program)] = missing.lines.front();
        continue;
      }
      std::string& lines = result.not_built[fmt::format("{}/{}", collection, missing.program)];
      for (const std::string& line : missing.lines) lines += line + "\n";
    }
    if (auto script = base::read_file(built->root / collection / "run_vmtests.sh", 1 << 20); script)
      result.run_vmtests = std::move(*script);
  }
  return result;
}

Built<BuiltTools> KernelArtifacts::tools(const model::Machine& machine, const OnProgress& on_progress) {
  on_progress("building", -1);
  auto agent = kernel::build_guest_tools(state_->host_for(on_progress), state_->root / "guest-tools", machine);
  if (!agent) return infra(std::move(agent.error()).while_doing("building the guest agent").text());
  state_->hold(agent->entry.in_use);
  return BuiltTools{agent->folder / "init", {}};
}

Built<BuiltTools> KernelArtifacts::benchmarks(const model::Machine& machine, const OnProgress& on_progress) {
  on_progress("building", -1);
  auto bench = kernel::build_benchmarks(state_->host_for(on_progress), state_->root / "guest-tools", machine);
  if (!bench) return infra(std::move(bench.error()).while_doing("building the benchmarks").text());
  state_->hold(bench->entry.in_use);
  return BuiltTools{.agent = {},
                    .shell = {},
                    .benchmarks = image::Tree{.host = bench->folder,
                                              .guest = std::string(kSelftestsInGuest) + "/" + std::string(model::kBenchmarks),
                                              .identity = bench->identity,
                                              .only = {std::string(model::kBenchmarkProgram)}}};
}

Built<BuiltTools> KernelArtifacts::shell(const model::Machine& machine, const OnProgress& on_progress) {
  on_progress("building", -1);
  auto shell = kernel::build_guest_shell(state_->host_for(on_progress), state_->root / "images" / "recipes", machine);
  if (!shell) return infra(std::move(shell.error()).while_doing("building the guest's shell").text());
  state_->hold(shell->entry.in_use);
  return BuiltTools{{}, {{.host = shell->folder / "root", .guest = "/", .identity = shell->identity}}};
}

Built<base::fs::path> KernelArtifacts::scratch_image(model::ScratchFs filesystem) {
  const image::RunTool run = [this](const std::vector<std::string>& words,
                                    const std::vector<std::pair<std::string, std::string>>& environment)
      -> base::Result<void> {
    // mkfs lives in /sbin, which an ordinary user's PATH may lack.
    auto with_path = environment;
    const char* path = std::getenv("PATH");
    with_path.emplace_back("PATH", std::string(path != nullptr ? path : "/usr/bin:/bin") + ":/usr/sbin:/sbin");
    kernel::Command command = kernel::command_of(words);
    command.environment = with_path;
    auto done = kernel::run_or_fail(state_->runner, command);
    if (!done) return std::unexpected(done.error());
    return {};
  };
  auto made = image::block_image({.filesystem = filesystem}, state_->cache.root() / "images", run);
  if (!made) return infra(made.error().text());
  state_->hold(made->in_use);
  return made->path;
}

Built<image::BaseImage> KernelArtifacts::base_image(const image::ImageSpec& spec) {
  auto made = image::base_image(spec, state_->cache.root() / "images");
  if (!made) return infra(made.error().text());
  return *made;
}

void KernelArtifacts::cancel() { state_->runner.cancel(); }
bool KernelArtifacts::cancelled() const { return state_->runner.cancelled(); }

}  // namespace lab
