// SPDX-License-Identifier: Apache-2.0
// A guest whose agent is silent: which of three deaths it is. Pure functions of what QEMU and the console say.
//
//   guest dead        console silent too, whatever it is asked: the kernel's fault, a hang
//   user space stuck  the kernel answers SysRq, but its PID 1 is blocked or gets no processor: a hang
//   transport dead    the kernel answers and PID 1 sleeps as it does when it waits for us: the way between us
//                     is broken, which is no verdict
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/machine.h"

namespace runner {

// What the kernel answered to SysRq on the console.
struct SysrqAnswer {
  bool any = false;
  // Of PID 1, the agent, as sched_show_task() prints it ("task:init state:S ... pid:1"): R, S, D...
  std::optional<char> agent_state;
};
SysrqAnswer read_sysrq(std::string_view console);

// One virtual processor in `info registers -a`.
struct Vcpu {
  int number = 0;
  std::string pc;                  // hexadecimal, as QEMU prints it
  std::optional<bool> interrupts;  // taken at all
  std::optional<bool> halted;
};
std::vector<Vcpu> read_registers(std::string_view text, model::Arch arch);
// "vCPU 0 at ffffffff8112a0b4 with interrupts off", one line each.
std::string describe(const std::vector<Vcpu>& vcpus);

enum class Death { guest, user_space, transport };
struct SilenceSeen {
  SysrqAnswer sysrq;
  double busy = 0;  // processors' worth of time that QEMU used of late
};
struct SilenceVerdict {
  Death death = Death::guest;
  std::string text;
};
SilenceVerdict judge_silence(const SilenceSeen& seen);

}  // namespace runner
