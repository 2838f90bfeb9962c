// SPDX-License-Identifier: Apache-2.0
#include "guest/qemu/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/text.h"

namespace guest {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

QemuSpec spec_of(std::string_view machine, model::Clock clock = model::Clock::wall) {
  QemuSpec spec;
  spec.machine = model::find_machine(machine);
  spec.name = "job-1";
  spec.kernel = "/k/kernel";
  spec.initrd = "/k/initramfs";
  spec.clock = clock;
  spec.seed = 7;
  return spec;
}

const Wiring kWiring{.console = "file,path=console.log", .port = "socket,fd=4", .qmp = "socket,fd=3"};

// One option a line. VMLAB_UPDATE_GOLDEN=1 rewrites the files.
void expect_golden(const std::string& name, const std::string& text) {
  const base::fs::path file = base::fs::path(VMLAB_SOURCE_DIR) / "orchestrator/guest/testdata" / name;
  if (std::getenv("VMLAB_UPDATE_GOLDEN") != nullptr) {
    ASSERT_TRUE(base::write_file_atomic(file, text));
    return;
  }
  EXPECT_EQ(text, base::read_file(file).value_or("no golden file " + file.string()));
}

std::string lines_of(const std::vector<std::string>& arguments) {
  std::string text;
  for (const std::string& argument : arguments)
    text += (argument.starts_with("-") && !text.empty() ? "\n" : text.empty() ? "" : " ") + argument;
  return text + "\n";
}

}  // namespace

TEST(CommandLine, IsTheGoldenOneForEveryMachineAndClock) {
  for (const model::Machine& machine : model::machines()) {
    for (const model::Clock clock : {model::Clock::wall, model::Clock::instructions}) {
      const auto arguments = qemu_arguments(spec_of(machine.id, clock), kWiring);
      ASSERT_TRUE(arguments) << machine.id;
      expect_golden(std::string(machine.id) + "." + std::string(model::to_string(clock)) + ".args",
                    lines_of(*arguments));
    }
  }
}

TEST(CommandLine, PinsEverySourceOfChanceUnderTheInstructionClock) {
  for (const model::Machine& machine : model::machines()) {
    const auto exact = qemu_arguments(spec_of(machine.id, model::Clock::instructions), kWiring).value();
    EXPECT_THAT(exact, Contains("shift=0,sleep=off"));
    EXPECT_THAT(exact, Contains("7"));  // -seed
    EXPECT_THAT(exact, Contains(HasSubstr("ioeventfd=off")));
    EXPECT_THAT(exact, Contains(HasSubstr("nokaslr norandmaps")));
    const auto wall = qemu_arguments(spec_of(machine.id), kWiring).value();
    EXPECT_THAT(wall, Not(Contains("-icount")));
    EXPECT_THAT(wall, Contains(HasSubstr("thread=single")));
  }
}

TEST(CommandLine, AsksAnOldQemuForNothingItDoesNotKnow) {
  QemuSpec spec = spec_of("x86_64");
  spec.qemu_8 = false;
  EXPECT_THAT(qemu_arguments(spec, kWiring).value(), Contains("max,-erms,-fsrm"));
}

TEST(CommandLine, DealsMemoryAndProcessorsOutToTheNodes) {
  QemuSpec spec = spec_of("x86_64");
  spec.numa_nodes = 2;
  spec.vcpus = 3;
  const auto arguments = qemu_arguments(spec, kWiring).value();
  EXPECT_THAT(arguments, Contains("3,sockets=3")) << "no cache is shared between nodes";
  EXPECT_THAT(arguments, Contains("node,nodeid=0,memdev=ram0,cpus=0-0"));
  EXPECT_THAT(arguments, Contains("node,nodeid=1,memdev=ram1,cpus=1-2"));
  EXPECT_THAT(arguments, Contains("memory-backend-ram,id=ram1,size=1024M"));
}

TEST(CommandLine, GivesADriveWithACommaInItsNameWhole) {
  QemuSpec spec = spec_of("arm64", model::Clock::instructions);
  spec.drives.push_back({.file = "/a,b.img", .format = "raw", .serial = "scratch", .read_only = true});
  const auto arguments = qemu_arguments(spec, kWiring).value();
  EXPECT_THAT(arguments, Contains("if=none,id=disk0,file=/a,,b.img,format=raw,cache=unsafe,readonly=on"));
  EXPECT_THAT(arguments, Contains("virtio-blk-device,drive=disk0,serial=scratch"));
}

TEST(CommandLine, RefusesWhatCouldNotRun) {
  QemuSpec nodes = spec_of("ppc32-e500");
  nodes.numa_nodes = 2;
  EXPECT_THAT(qemu_arguments(nodes, kWiring).error().message, HasSubstr("no NUMA"));
  QemuSpec exact_kvm = spec_of("x86_64", model::Clock::instructions);
  exact_kvm.accelerator = Accelerator::kvm;
  EXPECT_FALSE(qemu_arguments(exact_kvm, kWiring));
  QemuSpec odd = spec_of("x86_64");
  odd.memory_bytes = 1234567;
  EXPECT_FALSE(qemu_arguments(odd, kWiring));
}

TEST(CommandLine, AppendsTheGuestsOwnWordsToTheKernels) {
  QemuSpec spec = spec_of("x86_64");
  spec.command_line = {"hugepagesz=1G", "hugepages=1"};
  EXPECT_TRUE(kernel_command_line(spec).ends_with(" hugepagesz=1G hugepages=1"));
}

TEST(CommandLine, LetsAGuestWaitBeforeItsFirstInstruction) {
  QemuSpec spec = spec_of("x86_64");
  EXPECT_THAT(qemu_arguments(spec, kWiring).value(), Not(Contains("-S")));
  spec.starts_stopped = true;
  EXPECT_THAT(qemu_arguments(spec, kWiring).value(), Contains("-S"));
}

TEST(ScriptByHand, NeedsNothingOfOurs) {
  QemuSpec spec = spec_of("x86_64");
  spec.starts_stopped = true;
  const std::string script = qemu_script(spec, "job x86_64-1\nseed 7").value();
  EXPECT_THAT(script, Not(HasSubstr("\n  -S"))) << "by hand it runs at once";
  EXPECT_THAT(script, HasSubstr("# job x86_64-1\n# seed 7\n"));
  EXPECT_THAT(script, HasSubstr("stdio,id=console,mux=on"));
  EXPECT_THAT(script, Not(HasSubstr("fd=")));
  EXPECT_THAT(script, HasSubstr("'console=ttyS0 loglevel=7"));
  EXPECT_THAT(script, HasSubstr("\nexec qemu-system-x86_64 "));
  const std::string exact = qemu_script(spec_of("x86_64", model::Clock::instructions), "").value();
  EXPECT_THAT(exact, HasSubstr("\nexec env LD_PRELOAD=./still-clock.so qemu-system-x86_64 "));
}

}  // namespace guest
