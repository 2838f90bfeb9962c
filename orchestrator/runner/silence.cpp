// SPDX-License-Identifier: Apache-2.0
#include "runner/silence.h"

#include <fmt/format.h>

#include "base/text.h"

namespace runner {
namespace {

// The word behind `name` in `line`, blanks between them skipped; empty when it is not there.
std::string_view word_behind(std::string_view line, std::string_view name) {
  const auto at = line.find(name);
  if (at == std::string_view::npos) return {};
  line.remove_prefix(at + name.size());
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  return line.substr(0, line.find_first_of(" \t\r\n"));
}

std::optional<unsigned long long> hexadecimal(std::string_view word) {
  if (word.empty() || word.size() > 16) return std::nullopt;
  unsigned long long value = 0;
  for (const char c : word) {
    const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    if (digit < 0) return std::nullopt;
    value = value * 16 + static_cast<unsigned>(digit);
  }
  return value;
}

// How QEMU (target/*/helper.c, *_cpu_dump_state) writes what we look for, and the bit that lets interrupts in.
struct RegisterNames {
  std::string_view pc, flags;
  unsigned long long mask;
  bool set_means_on;
};
RegisterNames names_for(model::Arch arch, std::string_view line) {
  switch (arch) {
    case model::Arch::x86_64:
      return {line.find("RIP=") == std::string_view::npos ? "EIP=" : "RIP=",
              line.find("RFL=") == std::string_view::npos ? "EFL=" : "RFL=", 0x200, true};
    case model::Arch::arm64: return {"PC=", "PSTATE=", 0x80, false};  // DAIF.I
    case model::Arch::ppc64:
    case model::Arch::ppc32: break;
  }
  return {"NIP ", "MSR ", 0x8000, true};  // MSR[EE]
}

}  // namespace

SysrqAnswer read_sysrq(std::string_view console) {
  SysrqAnswer answer;
  for (const std::string_view line : base::split_lines(console)) {
    if (line.find("sysrq: ") != std::string_view::npos) answer.any = true;
    const auto task = line.find("task:");
    if (task == std::string_view::npos || word_behind(line.substr(task), " pid:") != "1") continue;
    const std::string_view state = word_behind(line.substr(task), " state:");
    if (state.size() == 1) answer.agent_state = state.front();
  }
  return answer;
}

std::vector<Vcpu> read_registers(std::string_view text, model::Arch arch) {
  std::vector<Vcpu> vcpus;
  for (std::string_view line : base::split_lines(text)) {
    if (const auto number = line.starts_with("CPU#") ? base::parse_int(base::trim(line.substr(4))) : std::nullopt) {
      vcpus.push_back({.number = static_cast<int>(*number), .pc = {}, .interrupts = {}, .halted = {}});
      continue;
    }
    if (vcpus.empty()) continue;
    Vcpu& vcpu = vcpus.back();
    const RegisterNames names = names_for(arch, line);
    if (const std::string_view pc = word_behind(line, names.pc); vcpu.pc.empty() && hexadecimal(pc)) vcpu.pc = pc;
    if (const auto flags = hexadecimal(word_behind(line, names.flags)); flags && !vcpu.interrupts)
      vcpu.interrupts = ((*flags & names.mask) != 0) == names.set_means_on;
    if (const std::string_view halted = word_behind(line, "HLT="); !halted.empty()) vcpu.halted = halted == "1";
  }
  return vcpus;
}

std::string describe(const std::vector<Vcpu>& vcpus) {
  std::string text;
  for (const Vcpu& vcpu : vcpus) {
    text += fmt::format("vCPU {}{}", vcpu.number, vcpu.pc.empty() ? "" : " at " + base::printable(vcpu.pc));
    if (vcpu.halted.value_or(false)) text += ", halted";
    if (vcpu.interrupts) text += *vcpu.interrupts ? ", interrupts on" : ", interrupts off";
    text += "\n";
  }
  return text;
}

SilenceVerdict judge_silence(const SilenceSeen& seen) {
  // Less than half a processor for seconds is a guest that waits.
  const bool busy = seen.busy > 0.5;
  if (!seen.sysrq.any)
    return {Death::guest, fmt::format("the guest does not answer any more: agent and console are silent, its processors {}",
                                      busy ? "spin" : "stand still")};
  const char state = seen.sysrq.agent_state.value_or(busy ? 'R' : 'S');
  if (state == 'D') return {Death::user_space, "the kernel answers on the console, but blocks the agent"};
  if (state == 'R') return {Death::user_space, "the kernel answers on the console, but gives the agent no processor"};
  return {Death::transport, "the agent is silent although the kernel answers on the console and does not keep it from speaking"};
}

}  // namespace runner
