// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor_boot.h"

#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>

#include "async/asio.h"
#include "base/text.h"
#include "cli/loop.h"
#include "guest/qemu/accelerator.h"
#include "guest/qemu/install.h"
#include "guest/qemu/qemu_guest.h"
#include "guest/qemu/tiny_kernel.h"
#include "kernel/kernel_entry.h"
#include "lab/job_plan.h"
#include "lab/kernel_artifacts.h"
#include "model/plan.h"

namespace cli {
namespace {

namespace asio = async::asio;
using namespace std::chrono_literals;

constexpr auto kLimit = 180s;  // of wall time: hosts are loaded and ppc64's firmware takes its time
constexpr std::size_t kMostWords = std::size_t{8} << 20;

// How one guest went from its first instruction to its end.
struct Boot {
  bool spoke = false;       // the agent said hello; of a guest without one: the console has its words
  double seconds = 0;       // until then
  std::string words;        // all that came over the port
  std::string trouble;      // empty: it ended as it should
};

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

async::task<Boot> boot(guest::QemuSpec spec, base::fs::path folder, std::string expected_on_console) {
  Boot result;
  base::fs::create_directories(folder);
  const auto executor = co_await asio::this_coro::executor;
  const auto start = std::chrono::steady_clock::now();
  auto started = guest::start_qemu(executor, spec, folder, "vmlab doctor");
  if (!started) {
    result.trouble = started.error().text();
    co_return result;
  }
  guest::Guest& guest = **started;
  asio::steady_timer timer(executor);
  std::string console;
  std::optional<guest::GuestEnd> end;
  while (!end && std::chrono::steady_clock::now() - start < kLimit) {
    timer.expires_after(10ms);
    co_await timer.async_wait(asio::use_awaitable);
    end = guest.ended();  // before the reading: what came before the end is read after it
    char buffer[65536];
    ssize_t n = 0;
    while (guest.port() >= 0 && result.words.size() < kMostWords && (n = ::read(guest.port(), buffer, sizeof buffer)) > 0)
      result.words.append(buffer, static_cast<std::size_t>(n));
    if (console.size() < kMostWords) console += guest.take_console();
    const bool spoke = expected_on_console.empty() ? result.words.contains("VMLB") : console.contains(expected_on_console);
    if (spoke && !result.spoke) result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    result.spoke = result.spoke || spoke;
    // A board that cannot switch itself off says goodbye and halts.
    if (!spec.machine->powers_off && console.contains("System Halted")) break;
  }
  if (!end && result.spoke && !spec.machine->powers_off) end = co_await guest.end(2s);
  if (!end) result.trouble = fmt::format("no end within {} s", kLimit.count());
  else if (end->kind == guest::GuestEnd::Kind::failed) result.trouble = end->text;
  else if (!result.spoke) result.trouble = "it ended without a word: " + end->text;
  co_return result;
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
  model::Plan plan;
  plan.seed = 1;
  plan.heartbeat_ms = 0;
  result.spec.initrd = folder / "initrd";
  base::value_or_throw(image::assemble(*base, plan.text(), result.spec.initrd));
  return result;
}

async::task<void> examine(const Prepared& prepared, const base::fs::path& folder, BootFinding& finding) {
  const auto qemu = co_await guest::find_qemu(*prepared.machine);
  if (!qemu) {
    finding = {finding.machine, BootFinding::State::bad, qemu.error().message, qemu.error().hint};
    co_return;
  }
  const Boot plain = co_await boot(prepared.spec, folder / "wall", prepared.console);
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
  const Boot first = co_await boot(exact, folder / "exact-1", {}), second = co_await boot(exact, folder / "exact-2", {});
  const std::string& trouble = first.trouble.empty() ? second.trouble : first.trouble;
  if (!trouble.empty()) {
    finding.state = BootFinding::State::bad;
    finding.text += "; under the instruction clock: " + base::printable(trouble);
  } else if (first.words != second.words) {
    finding.state = BootFinding::State::weak;
    finding.text += "; NOT exact: two boots under the instruction clock said different things";
    finding.fix = fmt::format("compare the folders exact-1 and exact-2 below {}", folder.string());
  } else {
    finding.text += fmt::format("; exact: two boots said the same {} bytes", first.words.size());
  }
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
