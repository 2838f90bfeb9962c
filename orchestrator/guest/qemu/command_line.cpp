// SPDX-License-Identifier: Apache-2.0
#include "guest/qemu/command_line.h"

#include <fmt/format.h>

#include "base/text.h"
#include "guest/qemu/still_clock.h"

namespace guest {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

// A comma ends an option's value unless doubled (qemu/docs, "QemuOpts").
std::string option_value(std::string_view text) {
  std::string escaped;
  for (char c : text) escaped.append(c == ',' ? 2 : 1, c);
  return escaped;
}

struct Resolved {
  std::uint64_t memory;
  int vcpus;
  bool exact;
};

base::Result<Resolved> check(const QemuSpec& spec, const Wiring& wiring) {
  const model::Machine& machine = *spec.machine;
  Resolved resolved{memory_of(spec), vcpus_of(spec), spec.clock == model::Clock::instructions};
  if (resolved.memory % kMiB)
    return base::fail(fmt::format("{}: guest memory of {} bytes is not whole MiB", machine.id, resolved.memory));
  if (resolved.vcpus < 1 || resolved.vcpus > 64)
    return base::fail(fmt::format("{}: {} vCPUs asked for", machine.id, resolved.vcpus), "ask for 1 to 64");
  if (spec.numa_nodes < 1 || spec.numa_nodes > 8)
    return base::fail(fmt::format("{}: {} NUMA nodes asked for", machine.id, spec.numa_nodes), "ask for 1 to 8");
  if (spec.numa_nodes > 1 && machine.arch == model::Arch::ppc32)
    return base::fail(fmt::format("{} has no NUMA", machine.id), "ask for one node on this machine");
  if (resolved.memory % (kMiB * static_cast<std::uint64_t>(spec.numa_nodes)))
    return base::fail(fmt::format("{} MiB do not divide into {} NUMA nodes", resolved.memory / kMiB, spec.numa_nodes),
                      "make the guest's memory a multiple of the number of nodes");
  if (resolved.exact && spec.accelerator == Accelerator::kvm)
    return base::fail("the instruction clock cannot run on KVM", "use the emulator for exact runs");
  if (spec.kernel.empty()) return base::fail("no kernel image given");
  if (!wiring.ram_files.empty() && wiring.ram_files.size() != static_cast<std::size_t>(spec.numa_nodes))
    return base::fail("a snapshot needs one memory file per NUMA node");
  return resolved;
}

class Arguments {
 public:
  void add(std::string_view option) { list_.emplace_back(option); }
  void add(std::string_view option, std::string value) {
    list_.emplace_back(option);
    list_.push_back(std::move(value));
  }
  std::vector<std::string> take() { return std::move(list_); }

 private:
  std::vector<std::string> list_;
};

void add_clock(Arguments& args, const QemuSpec& spec, const Wiring& wiring, const Resolved& resolved) {
  const model::Machine& machine = *spec.machine;
  const bool one_file = !wiring.ram_files.empty() && spec.numa_nodes == 1;
  args.add("-machine", fmt::format("{}{}{}", machine.machine_type, resolved.exact ? machine.machine_exact : "",
                                   one_file ? ",memory-backend=ram0" : ""));
  if (spec.accelerator == Accelerator::kvm) {
    args.add("-accel", "kvm");
    args.add("-cpu", machine.arch == model::Arch::x86_64 ? "max" : "host");
    return;
  }
  // One thread for all vCPUs: two threads on one guest are up to twelve times slower for tests that fault
  // and send IPIs. The translation buffer's default is 1 GiB, too much for many guests at once.
  args.add("-accel", "tcg,thread=single,tb-size=256");
  args.add("-cpu", fmt::format("{}{}{}{}", machine.cpu, machine.cpu_emulated, spec.qemu_8 ? machine.cpu_emulated_8 : "",
                               resolved.exact ? machine.cpu_exact : ""));
  if (!resolved.exact) return;
  args.add("-icount", "shift=0,sleep=off");
  args.add("-rtc", "base=2026-01-01T00:00:00,clock=vm");
  args.add("-seed", fmt::format("{}", spec.seed));
}

std::string memory_backend(const Wiring& wiring, int node, std::uint64_t mebibytes) {
  const std::string common = fmt::format("id=ram{},size={}M", node, mebibytes);
  if (wiring.ram_files.empty()) return "memory-backend-ram," + common;
  // A copy opens the file for reading only; rom=off lets the guest write all the same, copy-on-write.
  return fmt::format("memory-backend-file,{},mem-path={},{}", common,
                     option_value(wiring.ram_files[static_cast<std::size_t>(node)]),
                     wiring.copy ? "share=off,readonly=on,rom=off" : "share=on");
}

void add_memory(Arguments& args, const QemuSpec& spec, const Wiring& wiring, const Resolved& resolved) {
  // Processors that share a cache cannot stand on two nodes (x86's topology_sane() warns): a socket for each node, or
  // for each vCPU where they do not divide.
  const int sockets = resolved.vcpus % spec.numa_nodes == 0 ? spec.numa_nodes : resolved.vcpus;
  args.add("-smp", spec.numa_nodes == 1 ? fmt::format("{}", resolved.vcpus)
                                        : fmt::format("{},sockets={}", resolved.vcpus, sockets));
  args.add("-m", fmt::format("{}M", resolved.memory / kMiB));
  const std::uint64_t each = resolved.memory / kMiB / static_cast<std::uint64_t>(spec.numa_nodes);
  if (spec.numa_nodes == 1) {
    if (!wiring.ram_files.empty()) args.add("-object", memory_backend(wiring, 0, each));
    return;
  }
  for (int node = 0; node < spec.numa_nodes; ++node) {
    args.add("-object", memory_backend(wiring, node, each));
    std::string numa = fmt::format("node,nodeid={0},memdev=ram{0}", node);
    const int first = resolved.vcpus * node / spec.numa_nodes;
    const int end = resolved.vcpus * (node + 1) / spec.numa_nodes;
    if (end > first) numa += fmt::format(",cpus={}-{}", first, end - 1);
    args.add("-numa", numa);
  }
}

void add_devices(Arguments& args, const QemuSpec& spec, const Wiring& wiring, const Resolved& resolved) {
  const model::Machine& machine = *spec.machine;
  // Under the instruction clock a virtqueue kick must be served by the vCPU itself: an ioeventfd is served
  // by the main loop at a host time.
  const std::string_view sync = resolved.exact && !machine.virtio_is_mmio ? ",ioeventfd=off" : "";
  if (machine.virtio_is_mmio) {
    args.add("-global", "virtio-mmio.force-legacy=false");
    if (resolved.exact) args.add("-global", "virtio-mmio.ioeventfd=off");
  }
  if (!wiring.port.empty()) {
    const auto comma = wiring.port.find(',');
    args.add("-chardev", wiring.port.substr(0, comma) + ",id=port" +
                             (comma == std::string::npos ? "" : wiring.port.substr(comma)));
    args.add("-device", fmt::format("{},id=agent{}", machine.virtio_serial, sync));
    args.add("-device", fmt::format("virtserialport,bus=agent.0,chardev=port,name={}", kPortName));
  }
  const std::string_view disk = machine.virtio_is_mmio ? "virtio-blk-device" : "virtio-blk-pci";
  for (std::size_t i = 0; i < spec.drives.size(); ++i) {
    const Drive& drive = spec.drives[i];
    args.add("-drive", fmt::format("if=none,id=disk{},file={},format={},cache=unsafe{}", i,
                                   option_value(drive.file.string()), drive.format,
                                   drive.read_only ? ",readonly=on" : ""));
    std::string device = fmt::format("{},drive=disk{}{}", disk, i, sync);
    if (!drive.serial.empty()) device += ",serial=" + option_value(drive.serial);
    args.add("-device", device);
  }
}

void add_console(Arguments& args, const Wiring& wiring) {
  if (!wiring.console.empty()) {
    const auto comma = wiring.console.find(',');
    args.add("-chardev", wiring.console.substr(0, comma) + ",id=console" +
                             (comma == std::string::npos ? "" : wiring.console.substr(comma)));
    args.add("-serial", "chardev:console");
    if (wiring.monitor_on_console) args.add("-mon", "chardev=console,mode=readline");
  }
  if (!wiring.qmp.empty()) {
    const auto comma = wiring.qmp.find(',');
    args.add("-chardev", wiring.qmp.substr(0, comma) + ",id=qmp" +
                             (comma == std::string::npos ? "" : wiring.qmp.substr(comma)));
    args.add("-mon", "chardev=qmp,mode=control");
  }
  if (!wiring.gdb.empty()) {
    args.add("-chardev", wiring.gdb + ",id=gdb");
    args.add("-gdb", "chardev:gdb");
  }
}

}  // namespace

std::string_view to_string(Accelerator accelerator) {
  return accelerator == Accelerator::kvm ? "kvm" : "tcg,thread=single";
}

std::uint64_t memory_of(const QemuSpec& spec) {
  return spec.memory_bytes > 0 ? spec.memory_bytes : spec.machine->default_memory;
}

int vcpus_of(const QemuSpec& spec) { return spec.vcpus > 0 ? spec.vcpus : spec.machine->default_vcpus; }

std::string qemu_program(const QemuSpec& spec) {
  return spec.program.empty() ? std::string(spec.machine->qemu) : spec.program;
}

std::string kernel_command_line(const QemuSpec& spec) {
  // printk.time: the console's stamps are what the kernel log is merged by, and tinyconfig leaves them off.
  // panic=-1 reboots at once, which -no-reboot turns into QEMU's exit.
  // random.trust_*: a guest without a hardware generator must not wait for entropy.
  std::string line = fmt::format("console={} loglevel=7 log_buf_len=16M printk.time=1 panic=-1 "
                                 "random.trust_cpu=on random.trust_bootloader=on", spec.machine->console);
  // A busy host delivers an emulated guest's timer late: x86 then panics ("IO-APIC + timer doesn't work!") or
  // distrusts its clock. Both would be the host's fault and look like the kernel's.
  if (spec.machine->arch == model::Arch::x86_64) line += " no_timer_check tsc=nowatchdog";
  if (spec.clock == model::Clock::instructions) line += " nokaslr norandmaps";
  for (const std::string& word : spec.command_line) line += " " + word;
  return line;
}

base::Result<std::vector<std::string>> qemu_arguments(const QemuSpec& spec, const Wiring& wiring) {
  const auto resolved = check(spec, wiring);
  if (!resolved) return std::unexpected(resolved.error());
  Arguments args;
  if (!spec.name.empty()) args.add("-name", option_value(spec.name));
  for (std::string_view flag : {"-nodefaults", "-no-user-config", "-no-reboot"}) args.add(flag);
  args.add("-display", "none");
  args.add("-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny");
  add_clock(args, spec, wiring, *resolved);
  add_memory(args, spec, wiring, *resolved);
  add_console(args, wiring);
  add_devices(args, spec, wiring, *resolved);
  args.add("-kernel", spec.kernel.string());
  // A copy has what was in the image in its memory; reading it again would be half of the time to its first word.
  if (!spec.initrd.empty() && !wiring.copy) args.add("-initrd", spec.initrd.string());
  args.add("-append", kernel_command_line(spec));
  // A copy waits until its memory was looked at (memory_pages.h).
  if (wiring.copy || spec.starts_stopped) args.add("-S");
  if (wiring.copy) args.add("-incoming", "defer");
  return args.take();
}

base::Result<std::string> qemu_script(const QemuSpec& spec, std::string_view note) {
  Wiring by_hand;
  by_hand.console = "stdio,mux=on,signal=off";
  by_hand.port = "file,path=port.bin";
  by_hand.monitor_on_console = true;
  QemuSpec running = spec;
  running.starts_stopped = false;
  auto arguments = qemu_arguments(running, by_hand);
  if (!arguments) return std::unexpected(arguments.error());
  std::string script = "#!/bin/sh\n# SPDX-License-Identifier: Apache-2.0\n";
  for (std::string_view line : base::split_lines(note)) script += "# " + base::printable(line) + "\n";
  script +=
      "# Starts the same guest by hand. The console is this terminal: Ctrl-a c for QEMU's monitor,\n"
      "# Ctrl-a x to end it. What the agent says goes to port.bin beside this script.\n"
      "# Further arguments are QEMU's: ./qemu.sh -s -S waits for a debugger.\n"
      "cd \"$(dirname \"$0\")\" || exit 1\n";
  script += "exec ";
  if (spec.clock == model::Clock::instructions) script += fmt::format("env LD_PRELOAD={} ", kStillClockPreload);
  script += base::shell_quote(qemu_program(spec));
  for (const std::string& argument : *arguments)
    script += (argument.starts_with("-") ? " \\\n  " : " ") + base::shell_quote(argument);
  return script + " \"$@\"\n";
}

}  // namespace guest
