// SPDX-License-Identifier: Apache-2.0
// A QEMU command line as a pure value: what the guest is (QemuSpec) and how it is wired to us (Wiring) give
// an argument list and nothing runs. The same spec with another wiring is the job's qemu.sh.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "model/machine.h"
#include "model/scenario.h"

namespace guest {

// The name of the agent's virtio-serial port; in the guest /sys/class/virtio-ports/*/name.
inline constexpr std::string_view kPortName = "org.vmlab.0";

enum class Accelerator { tcg, kvm };

// Named by what it is called in results: "tcg,thread=single" or "kvm".
std::string_view to_string(Accelerator accelerator);

struct Drive {
  base::fs::path file;
  std::string format = "raw";
  std::string serial;  // what the guest finds it by; at most 20 characters (VIRTIO_BLK_ID_BYTES)
  bool read_only = false;
};

struct QemuSpec {
  const model::Machine* machine = nullptr;
  std::string program;  // empty: machine->qemu, found in PATH
  std::string name;     // shown by ps; the job's name
  base::fs::path kernel;
  base::fs::path initrd;                  // empty: none
  std::uint64_t memory_bytes = 0;         // 0: the machine's default; whole MiB
  int vcpus = 0;                          // 0: the machine's default
  int numa_nodes = 1;                     // memory and vCPUs are dealt out evenly
  std::vector<std::string> command_line;  // appended to the kernel's
  std::vector<Drive> drives;
  model::Clock clock = model::Clock::wall;
  std::uint64_t seed = 0;  // of QEMU's own randomness; used under the instruction clock only
  Accelerator accelerator = Accelerator::tcg;
  bool qemu_8 = true;  // the program is 8.0 or later
  bool starts_stopped = false;  // before its first instruction, until somebody resumes it; qemu.sh leaves that out
};

// What the guest has, the machine's defaults filled in.
std::uint64_t memory_of(const QemuSpec& spec);
int vcpus_of(const QemuSpec& spec);

// The host's ends, as -chardev backends without their id ("socket,fd=4"); empty leaves the thing out.
struct Wiring {
  std::string console;
  std::string port;
  std::string qmp;
  bool monitor_on_console = false;  // for people: Ctrl-a c on a console with mux=on
  std::vector<std::string> ram_files;  // of snapshots: the guest's memory, a file per NUMA node; empty: as usual
  std::string gdb;  // a debugger stub
  bool copy = false;  // of a frozen guest: its changes of the memory stay its own, and it waits for the device state
};

// The arguments after the program's name. Fails on a spec that could not run, with what would be right.
base::Result<std::vector<std::string>> qemu_arguments(const QemuSpec& spec, const Wiring& wiring);

// The kernel's command line, as given to -append.
std::string kernel_command_line(const QemuSpec& spec);

// The program the spec runs.
std::string qemu_program(const QemuSpec& spec);

// A /bin/sh script that starts the same guest by hand: console and monitor on the terminal, the port's
// bytes into `port.bin` beside the script. `note` is put in its head as comment lines.
base::Result<std::string> qemu_script(const QemuSpec& spec, std::string_view note);

}  // namespace guest
