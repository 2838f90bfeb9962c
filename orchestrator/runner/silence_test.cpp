// SPDX-License-Identifier: Apache-2.0
#include "runner/silence.h"

#include <gtest/gtest.h>

namespace runner {

TEST(Silence, ReadsTheKernelsAnswerToSysrq) {
  EXPECT_FALSE(read_sysrq("[    9.1] rcu: INFO: rcu_sched self-detected stall on CPU\n").any);
  const SysrqAnswer old = read_sysrq("[   12.3] sysrq: Show State\n"
                                     "[   12.4] task:init            state:S stack:    0 pid:    1 ppid:     0\n"
                                     "[   12.4] task:kthreadd        state:D stack:    0 pid:    2 ppid:     0\n");
  EXPECT_TRUE(old.any);
  EXPECT_EQ(old.agent_state, 'S');
  const SysrqAnswer now = read_sysrq("sysrq: Show Blocked State\n"
                                     "task:init            state:D stack:0     pid:1     tgid:1     ppid:0      flags:0x1\n");
  EXPECT_EQ(now.agent_state, 'D');
  EXPECT_FALSE(read_sysrq("task:x state:D stack:0 pid:11 tgid:1").agent_state);
}

TEST(Silence, ReadsRegistersOfEveryArchitecture) {
  EXPECT_EQ(describe(read_registers("\nCPU#0\nRAX=0 RBX=0\nRIP=ffffffff81234567 RFL=00000046 [---Z-P-] CPL=0 II=0 HLT=0\n"
                                    "CPU#1\nRIP=ffffffff81e5d9ea RFL=00000246 [---Z-P-] CPL=0 II=0 A20=1 SMM=0 HLT=1\n",
                                    model::Arch::x86_64)),
            "vCPU 0 at ffffffff81234567, interrupts off\nvCPU 1 at ffffffff81e5d9ea, halted, interrupts on\n");
  EXPECT_EQ(describe(read_registers("CPU#0\n PC=ffff800080012345 X00=0000000000000000\nPSTATE=600000c5 -ZC- EL1h\n",
                                    model::Arch::arm64)),
            "vCPU 0 at ffff800080012345, interrupts off\n");
  EXPECT_EQ(describe(read_registers("CPU#0\nNIP c0000000000f0a10   LR c000 CTR 0 XER 0 CPU#0\n"
                                    "MSR 8000000002009033 HID0 0  HF 4 iidx 3 didx 3\n", model::Arch::ppc64)),
            "vCPU 0 at c0000000000f0a10, interrupts on\n");
  EXPECT_EQ(describe(read_registers("CPU#0\nNIP c0012340   LR c0012344\nMSR 00021000 HID0 0\n", model::Arch::ppc32)),
            "vCPU 0 at c0012340, interrupts off\n");
  EXPECT_EQ(describe(read_registers("nonsense\nCPU#x\nRIP=zz", model::Arch::x86_64)), "");
}

TEST(Silence, TellsThreeDeathsApart) {
  EXPECT_EQ(judge_silence({.sysrq = {}, .busy = 1}).death, Death::guest);
  EXPECT_EQ(judge_silence({.sysrq = {}, .busy = 0}).death, Death::guest);
  EXPECT_EQ(judge_silence({.sysrq = {true, 'S'}, .busy = 1}).death, Death::transport);
  EXPECT_EQ(judge_silence({.sysrq = {true, 'S'}, .busy = 0}).death, Death::transport);
  EXPECT_EQ(judge_silence({.sysrq = {true, 'D'}, .busy = 0}).death, Death::user_space);
  EXPECT_EQ(judge_silence({.sysrq = {true, 'R'}, .busy = 1}).death, Death::user_space);
  EXPECT_EQ(judge_silence({.sysrq = {true, {}}, .busy = 1}).death, Death::user_space);
  EXPECT_EQ(judge_silence({.sysrq = {true, {}}, .busy = 0}).death, Death::transport);
}

}  // namespace runner
