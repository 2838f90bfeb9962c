// SPDX-License-Identifier: Apache-2.0
// How soon a copy of a frozen guest gives its first answer, against a guest that boots, in the same minutes on the
// same host: per machine the medians and their ratio. With the shipped kernel and image, which a run of
// scenarios/smoke.yaml has built; this builds them otherwise.
//
//   VMLAB_ROOT=. restore_bench [--copies N] [--boots N] [MACHINE...]
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "channel/first_words.h"
#include "guest/qemu/install.h"
#include "guest/qemu/qemu_guest.h"
#include "lab/bench_main.h"
#include "lab/copies.h"
#include "lab/job_plan.h"

namespace {

using namespace lab;
namespace asio = async::asio;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

struct Options {
  int copies = 15, boots = 3;
  std::vector<std::string> machines;
};

template <class T>
T need(Built<T> built) {
  if (!built) throw base::InfraError(built.error().reason);
  return std::move(*built);
}

// The guest of a test of smoke's that wants nothing special.
guest::QemuSpec spec_of(const model::Machine& machine, KernelArtifacts& artifacts, image::BaseImage& image) {
  const auto quiet = [](const std::string&, double) {};
  const model::SourceRef source = base::value_or_throw(model::parse_source("debian:6.12"));
  const BuiltKernel kernel = need(artifacts.kernel({.source = source}, machine, quiet));
  const BuiltSelftests selftests = need(artifacts.selftests({.source = source}, machine, quiet));
  image::ImageSpec spec;
  spec.agent = need(artifacts.tools(machine, quiet)).agent;
  spec.trees = need(artifacts.shell(machine, quiet)).shell;
  spec.trees.push_back({.host = selftests.folder / "mm",
                        .guest = std::string(kSelftestsInGuest) + "/mm",
                        .identity = selftests.identity + "/mm"});
  image = need(artifacts.base_image(spec));
  return {.machine = &machine, .name = std::string(machine.id), .kernel = kernel.image, .initrd = image.path,
          .memory_bytes = machine.default_memory, .vcpus = machine.default_vcpus};
}

double since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

double median(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

base::fs::path fresh(const base::fs::path& parent, int& number) {
  base::fs::path folder = parent / std::to_string(number++);
  base::fs::create_directories(folder);
  return folder;
}

async::task<void> measure(const model::Machine& machine, KernelArtifacts& artifacts, const Options& options) {
  auto folder = base::value_or_throw(base::TemporaryDirectory::create(base::fs::temp_directory_path(), "restore-bench-"));
  int number = 0;
  image::BaseImage image;
  const guest::QemuSpec spec = spec_of(machine, artifacts, image);
  const auto executor = co_await asio::this_coro::executor;
  std::vector<double> boots, copies;
  for (int i = 0; i < options.boots; ++i) {
    const auto start = Clock::now();
    auto guest = base::value_or_throw(guest::start_qemu(executor, spec, fresh(folder.path(), number), "a benchmark"));
    base::value_or_throw(co_await channel::first_words(guest->port(), 300s));
    boots.push_back(since(start));
  }
  const auto frozen_at = Clock::now();
  const auto snapshot = base::value_or_throw(co_await freeze_guest(spec, fresh(folder.path(), number), "a benchmark"));
  const double frozen = since(frozen_at);
  for (int i = 0; i < options.copies; ++i) {
    const auto start = Clock::now();
    const auto guest = base::value_or_throw(co_await start_copy(spec, snapshot, fresh(folder.path(), number), "a benchmark", {}));
    copies.push_back(since(start));
  }
  fmt::print("{:<16} {:>9.3f} {:>9.3f} {:>9.3f} {:>9.3f} {:>9.3f} {:>7.1f} {:>6}\n", machine.id, median(boots), frozen, median(copies),
             *std::ranges::min_element(copies), *std::ranges::max_element(copies), median(boots) / median(copies),
             snapshot->memory_used() >> 20);
  std::fflush(stdout);
}

Options read(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--copies" && i + 1 < argc) options.copies = std::max(1, std::atoi(argv[++i]));
    else if (word == "--boots" && i + 1 < argc) options.boots = std::max(1, std::atoi(argv[++i]));
    else options.machines.emplace_back(word);
  }
  if (options.machines.empty())
    for (const model::Machine& machine : model::machines())
      if (machine.restores) options.machines.emplace_back(machine.id);
  return options;
}

async::task<void> all(const Options& options, KernelArtifacts& artifacts) {
  fmt::print("{:<16} {:>9} {:>9} {:>9} {:>9} {:>9} {:>7} {:>6}\n", "machine", "boot s", "freeze s", "copy s", "best", "worst", "ratio",
             "MiB");
  for (const std::string& id : options.machines) {
    const model::Machine* machine = model::find_machine(id);
    if (machine == nullptr) throw base::InfraError("there is no machine " + id);
    co_await measure(*machine, artifacts, options);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = read(argc, argv);
  return bench_main("restore_bench", [&](KernelArtifacts& artifacts) { return all(options, artifacts); });
}
