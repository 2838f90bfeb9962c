// SPDX-License-Identifier: Apache-2.0
// Faults of the channel and of starting, on real guests: QEMU's end of the agent's port is borrowed from it
// (pidfd_getfd(2)) and cut, or spoken into as if the guest had.
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "base/program.h"
#include "campaign/real.h"

namespace campaign {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

// Of the port in QEMU: guest/qemu/qemu_guest.cpp gives it this number.
constexpr int kPortInQemu = 4;

base::Result<base::UniqueFd> port_of(pid_t qemu) {
  const base::UniqueFd process(static_cast<int>(::syscall(SYS_pidfd_open, qemu, 0)));
  if (!process) return std::unexpected(base::errno_error("open QEMU's process", errno));
  base::UniqueFd port(static_cast<int>(::syscall(SYS_pidfd_getfd, process.get(), kPortInQemu, 0)));
  if (!port) return std::unexpected(base::errno_error("borrow QEMU's end of the port", errno));
  return port;
}

// Runs with `hurt` done to the port at some moment.
Seen with_port(const World& world, Dice& dice, Fault& fault, const base::fs::path& folder, void (*hurt)(int port, Dice&, Fault&)) {
  Victim victim(world, folder, fault.number);
  Running run = victim.start_run();
  const auto moment = milliseconds(dice.between(0, world.guest_time.count()));
  fault.how["ms_after_qemu"] = moment.count();
  const auto qemu = victim.wait_for_qemu(run, moment);
  fault.how["there"] = qemu.has_value();
  if (qemu) {
    const auto port = port_of(*qemu);
    if (port) hurt(port->get(), dice, fault);
    else if (::kill(*qemu, 0) == 0) return {.verdict = Seen::Verdict::skipped, .text = port.error().text()};
  }
  return finish_hurt(victim, run.wait(600s));
}

Seen cut(const World& world, Dice& dice, Fault& fault, const base::fs::path& folder) {
  return with_port(world, dice, fault, folder, [](int port, Dice&, Fault&) { ::shutdown(port, SHUT_RDWR); });
}

Seen noise(const World& world, Dice& dice, Fault& fault, const base::fs::path& folder) {
  return with_port(world, dice, fault, folder, [](int port, Dice& d, Fault& f) {
    const std::string bytes = d.bytes(1 + d.below(3000));
    f.how["bytes"] = bytes.size();
    (void)!::write(port, bytes.data(), bytes.size());
  });
}

// A QEMU that is slow to start, or does not start the first time.
Seen bad_start(const World& world, Dice& dice, Fault& fault, const base::fs::path& folder) {
  Victim victim(world, folder, fault.number);
  const auto real = base::find_program("qemu-system-x86_64");
  if (!real) return {.verdict = Seen::Verdict::skipped, .text = "there is no qemu-system-x86_64"};
  const base::fs::path bin = victim.folder / "bin";
  base::fs::create_directories(bin);
  const bool slow = dice.one_in(2);
  fault.how["what"] = slow ? "slow" : "fails once";
  // Its version is asked for, too: that must work, or there is no such machine.
  const std::string once = fmt::format("[ -e '{0}' ] || {{ : >'{0}'; echo 'qemu-system-x86_64: cannot set up guest memory' >&2; exit 1; }}\n",
                                       (victim.folder / "failed-once").string());
  const std::string script = fmt::format("#!/bin/sh\ncase \"$*\" in *-version*) ;; *-kernel*) {} ;; esac\nexec {} \"$@\"\n",
                                         slow ? fmt::format("sleep {}", dice.between(1, 6)) : "\n" + once, real->string());
  base::value_or_throw(base::write_file_atomic(bin / "qemu-system-x86_64", script, 0755));
  victim.path_prefix = bin.string() + ":";
  Running run = victim.start_run();
  return finish_hurt(victim, run.wait(300s), {.no_infra = slow});
}

constexpr std::array kKinds{
    RealKind{"channel: cut under a real guest", 5, cut},
    RealKind{"channel: noise from a real guest", 5, noise},
    RealKind{"QEMU: slow, or fails to start", 4, bad_start},
};

}  // namespace

std::span<const RealKind> channel_kinds() { return kKinds; }

}  // namespace campaign
