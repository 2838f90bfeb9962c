// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor_boot.h"

#include <fmt/format.h>
#include <sys/utsname.h>

#include <boost/asio/io_context.hpp>

#include "async/asio.h"
#include "base/text.h"
#include "cli/loop.h"
#include "guest/qemu/accelerator.h"
#include "guest/qemu/install.h"
#include "guest/qemu/tiny_kernel.h"
#include "kernel/kernel_entry.h"
#include "lab/exact_boot.h"
#include "lab/exact_probe.h"
#include "lab/kernel_artifacts.h"

namespace cli {
namespace {

namespace asio = async::asio;
using namespace std::chrono_literals;

bool is_native(const model::Machine& machine) {
  utsname host{};
  return ::uname(&host) == 0 && model::arch_from(host.machine) == machine.arch;
}

// The kernel most lately used on this architecture, unpatched: what a run would boot.
std::optional<kernel::KernelArtifact> cached_kernel(const kernel::ArtifactCache& cache, const model::Machine& machine) {
  auto entries = cache.list();
  const std::string ending = fmt::format(" for {}", model::to_string(machine.arch));
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry)
    if (entry->kind == "kernel" && entry->summary.ends_with(ending))
      if (auto artifact = cache.find(entry->kind, entry->key)) return kernel::kernel_of(std::move(*artifact));
  return std::nullopt;
}

// Everything a machine needs to boot, or what stands in the way.
struct Prepared {
  const model::Machine* machine = nullptr;
  guest::QemuSpec spec;
  std::string kernel;   // for people
  std::string console;  // what a guest without an agent prints
  std::optional<BootFinding> instead;
  std::shared_ptr<base::FileLock> in_use;
};

Prepared prepare(const model::Machine& machine, const kernel::ArtifactCache& cache, lab::KernelArtifacts& artifacts,
                 const base::fs::path& folder) {
  Prepared result{.machine = &machine};
  result.spec.machine = &machine;
  result.spec.name = "doctor-" + std::string(machine.id);
  const std::string name(machine.id);
  const auto kernel = cached_kernel(cache, machine);
  if (!kernel && machine.arch == model::Arch::x86_64 && is_native(machine)) {
    result.console = "vmlab doctor was here";
    result.kernel = "a kernel of ten instructions";
    result.spec.kernel = folder / "tiny";
    base::value_or_throw(base::write_file_atomic(result.spec.kernel, guest::tiny_kernel(result.console, guest::Then::power_off)));
    return result;
  }
  if (!kernel) {
    result.instead = BootFinding{name, BootFinding::State::weak, "not booted: no kernel for it in the cache yet",
                                 fmt::format("vmlab run smoke --machine {} builds one", machine.id)};
    return result;
  }
  result.in_use = kernel->artifact.in_use;
  result.kernel = "kernel " + kernel->version;
  result.spec.kernel = kernel->image;
  const auto say_nothing = [](const std::string&, double) {};
  auto tools = artifacts.tools(machine, say_nothing);
  if (!tools) {
    result.instead = BootFinding{name, BootFinding::State::bad, "the guest agent: " + tools.error().reason, {}};
    return result;
  }
  auto base = artifacts.base_image({.agent = tools->agent});
  if (!base) throw base::InfraError(base.error().reason);
  result.spec.initrd = folder / "initrd";
  base::value_or_throw(image::assemble(*base, lab::vcpu_plan(1).text(), result.spec.initrd));
  return result;
}

// What two boots under the instruction clock proved: that they are the same, and that the vCPUs take turns.
void say_exact(const lab::PlainBoot& first, const lab::PlainBoot& second, int vcpus, const base::fs::path& folder,
               BootFinding& finding) {
  const std::string& trouble = first.trouble.empty() ? second.trouble : first.trouble;
  if (!trouble.empty()) {
    finding.state = BootFinding::State::bad;
    finding.text += "; under the instruction clock: " + base::printable(trouble);
    return;
  }
  const auto found = lab::differences(first.said, second.said);
  if (!found.empty()) {
    finding.state = BootFinding::State::weak;
    finding.text += "; NOT exact: two boots under the instruction clock differ: " + found.front().text();
    finding.fix = fmt::format("compare the folders exact-1 and exact-2 below {}", folder.string());
    return;
  }
  finding.text += fmt::format("; exact: two boots said the same {} bytes", first.said.port.size());
  if (vcpus < 2) return;
  const auto turns = lab::turns_in(first.said.port);
  if (!turns || !turns->fair()) {
    finding.state = BootFinding::State::weak;
    finding.text += turns ? "; a vCPU starves under the instruction clock: " + turns->text()
                          : std::string("; whether its vCPUs take turns under the instruction clock is not known");
    finding.fix = "install QEMU 10 or newer: apt-get install -t bookworm-backports";
    return;
  }
  finding.text += "; " + turns->text();
}

async::task<void> examine(const Prepared& prepared, const base::fs::path& folder, BootFinding& finding) {
  const auto qemu = co_await guest::find_qemu(*prepared.machine);
  if (!qemu) {
    finding = {finding.machine, BootFinding::State::bad, qemu.error().message, qemu.error().hint};
    co_return;
  }
  const lab::PlainBoot plain = co_await lab::boot_plainly(prepared.spec, folder / "wall", prepared.console);
  if (!plain.trouble.empty()) {
    finding.state = BootFinding::State::bad;
    finding.text = fmt::format("{} does not boot: {}", prepared.kernel, base::printable(plain.trouble));
    finding.fix = "look at " + (folder / "wall").string();
    co_return;
  }
  finding.text = fmt::format("up in {:.1f} s ({})", plain.seconds, prepared.kernel);
  if (!prepared.console.empty()) co_return;  // without an agent there is nothing to compare
  guest::QemuSpec exact = prepared.spec;
  exact.clock = model::Clock::instructions;
  exact.seed = 1;
  const lab::PlainBoot first = co_await lab::boot_plainly(exact, folder / "exact-1"),
                       second = co_await lab::boot_plainly(exact, folder / "exact-2");
  say_exact(first, second, guest::vcpus_of(exact), folder, finding);
  if (is_native(*prepared.machine)) {
    guest::QemuSpec trial = prepared.spec;
    base::fs::path kept = folder / "accelerator";
    std::string version = qemu->full_version;
    const guest::AcceleratorVerdict verdict =
        co_await guest::choose_accelerator(std::move(trial), std::move(version), std::move(kept), 60s);
    finding.text += "; " + verdict.reason;
  }
}

}  // namespace

std::vector<BootFinding> boot_machines(Session& session) {
  const base::fs::path folder = session.results_dir / "doctor";
  base::fs::remove_all(folder);
  const kernel::ArtifactCache cache;
  lab::KernelArtifacts artifacts(session.checkout());
  std::vector<BootFinding> findings;
  for (const model::Machine& machine : model::machines()) {
    if (!session.json) fmt::print(stderr, "booting {}\n", machine.id);
    const base::fs::path own = folder / machine.id;
    base::fs::create_directories(own);
    const Prepared prepared = prepare(machine, cache, artifacts, own);
    if (prepared.instead) {
      findings.push_back(*prepared.instead);
      continue;
    }
    BootFinding finding{.machine = std::string(machine.id)};
    asio::io_context loop;
    if (!run_loop(loop, examine(prepared, own, finding), [] {})) throw base::InfraError("interrupted");
    base::fs::remove(own / "initrd");
    findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace cli
