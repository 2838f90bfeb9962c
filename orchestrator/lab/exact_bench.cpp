// SPDX-License-Identifier: Apache-2.0
// What the instruction clock claims, in figures, per machine, on QEMU and host as they are: guests with one seed that
// say the same to the byte, guests with other seeds that do not, and in how many orders busy vCPUs meet. The guests run
// the probe of guest-tools/agent/vcpus.c on the shipped kernel, which a run of scenarios/smoke.yaml has built; this
// builds it otherwise.
//
//   VMLAB_ROOT=. exact_bench [--same N] [--seeds N] [--jobs N] [--perturb none|seeded|hunt] [MACHINE...]
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "async/task_group.h"
#include "lab/bench_main.h"
#include "lab/exact_boot.h"
#include "lab/exact_probe.h"
#include "lab/slots.h"
#include "model/source.h"

namespace {

using namespace lab;
namespace asio = async::asio;

struct Options {
  int same = 20, seeds = 100, jobs = 2;
  model::Perturb perturb = model::Perturb::hunt;
  std::vector<std::string> machines;
};

template <class T>
T need(Built<T> built) {
  if (!built) throw base::InfraError(built.error().reason);
  return std::move(*built);
}

// What one seed's guests came to.
struct Said {
  std::string transcript, order;
  std::uint64_t changes = 0;
};

class Machine {
 public:
  Machine(const model::Machine& machine, KernelArtifacts& artifacts, const Options& options, const base::fs::path& folder)
      : machine_(machine), options_(options), folder_(folder) {
    const auto quiet = [](const std::string&, double) {};
    const model::SourceRef source = base::value_or_throw(model::parse_source("debian:6.12"));
    kernel_ = need(artifacts.kernel({.source = source}, machine, quiet)).image;
    base_ = need(artifacts.base_image({.agent = need(artifacts.tools(machine, quiet)).agent}));
  }

  async::task<void> boot(std::uint64_t seed, std::vector<Said>& out, Slots& slots) {
    const Slots::Slot slot = co_await slots.take(machine_.default_memory, 0);
    const base::fs::path folder = folder_ / std::to_string(number_++);
    base::fs::create_directories(folder);
    guest::QemuSpec spec{.machine = &machine_, .name = std::string(machine_.id), .kernel = kernel_, .initrd = folder / "initrd"};
    spec.clock = model::Clock::instructions;
    spec.seed = seed;
    model::Plan plan = vcpu_plan(seed);
    plan.perturb = options_.perturb;
    base::value_or_throw(image::assemble(base_, plan.text(), spec.initrd));
    const PlainBoot boot = co_await boot_plainly(spec, folder, {}, std::chrono::minutes(30));
    const auto turns = turns_in(boot.said.port);
    if (!boot.trouble.empty() || !turns) throw base::InfraError(fmt::format("{} with seed {}: {}", machine_.id, seed, boot.trouble));
    if (!out.empty() && seed == kSame && transcript_hash(boot.said) != out.front().transcript) tell(boot.said);
    if (seed == kSame && !first_) first_ = boot.said;
    out.push_back({transcript_hash(boot.said), turns->order, turns->changes});
    base::fs::remove_all(folder);
  }

  async::task<void> measure() {
    const auto executor = co_await asio::this_coro::executor;
    Slots slots(executor, options_.jobs, std::uint64_t{64} << 30);
    std::vector<Said> same, other;
    {
      async::TaskGroup group(executor);
      for (int i = 0; i < options_.same; ++i) group.spawn(boot(kSame, same, slots));
      for (int i = 0; i < options_.seeds; ++i) group.spawn(boot(static_cast<std::uint64_t>(i) + 2, other, slots));
      co_await group.join();
    }
    std::vector<std::uint64_t> changes;
    for (const Said& said : same) changes.push_back(said.changes);
    for (const Said& said : other) changes.push_back(said.changes);
    std::ranges::sort(changes);
    fmt::print("{:<16} {:>6} {:>9} {:>6} {:>9} {:>7} {:>8} {:>8} {:>8}\n", machine_.id, same.size(), distinct(same, &Said::transcript),
               other.size(), distinct(other, &Said::transcript), distinct(other, &Said::order), changes.front(),
               changes[changes.size() / 2], changes.back());
    std::fflush(stdout);
  }

 private:
  static constexpr std::uint64_t kSame = 1;

  static std::size_t distinct(const std::vector<Said>& list, std::string Said::*what) {
    std::set<std::string> set;
    for (const Said& said : list) set.insert(said.*what);
    return set.size();
  }

  void tell(const Transcript& said) const {
    if (!first_) return;
    for (const TranscriptDifference& difference : differences(*first_, said))
      fmt::print(stderr, "{}: {}\n", machine_.id, difference.text());
  }

  const model::Machine& machine_;
  const Options& options_;
  base::fs::path folder_, kernel_;
  image::BaseImage base_;
  std::optional<Transcript> first_;
  int number_ = 0;
};

Options read(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    const auto number = [&] { return std::max(0, std::atoi(argv[++i])); };
    if (word == "--same" && i + 1 < argc) options.same = std::max(1, number());
    else if (word == "--seeds" && i + 1 < argc) options.seeds = number();
    else if (word == "--jobs" && i + 1 < argc) options.jobs = std::max(1, number());
    else if (word == "--perturb" && i + 1 < argc) {
      const std::string_view how = argv[++i];
      options.perturb = how == "none" ? model::Perturb::none : how == "seeded" ? model::Perturb::seeded : model::Perturb::hunt;
    } else options.machines.emplace_back(word);
  }
  if (options.machines.empty())
    for (const model::Machine& machine : model::machines()) options.machines.emplace_back(machine.id);
  return options;
}

async::task<void> all(const Options& options, KernelArtifacts& artifacts) {
  fmt::print("{:<16} {:>6} {:>9} {:>6} {:>9} {:>7} {:>8} {:>8} {:>8}\n", "machine", "same", "different", "seeds", "different", "orders",
             "changes", "median", "most");
  for (const std::string& id : options.machines) {
    const model::Machine* found = model::find_machine(id);
    if (found == nullptr) throw base::InfraError("there is no machine " + id);
    const auto folder = base::value_or_throw(base::TemporaryDirectory::create(base::fs::temp_directory_path(), "exact-bench-"));
    Machine machine(*found, artifacts, options, folder.path());
    co_await machine.measure();
  }
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = read(argc, argv);
  return bench_main("exact_bench", [&](KernelArtifacts& artifacts) { return all(options, artifacts); });
}
