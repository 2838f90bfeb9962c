// SPDX-License-Identifier: Apache-2.0
#include "guest/qemu/install.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "guest/qemu/accelerator.h"
#include "guest/qemu/tiny_kernel.h"

namespace guest {
namespace {

namespace asio = async::asio;
using namespace std::chrono_literals;
using testing::HasSubstr;

template <class T>
T run(async::task<T> operation) {
  asio::io_context loop;
  std::optional<T> value;
  asio::co_spawn(loop, std::move(operation), [&](std::exception_ptr, T v) { value = std::move(v); });
  loop.run();
  return std::move(*value);
}

}  // namespace

TEST(VersionText, IsReadFromTheFirstLineOnly) {
  const auto debian = parse_qemu_version("QEMU emulator version 10.0.2 (Debian 1:10.0.2+ds-2)\nCopyright (c)\n");
  ASSERT_TRUE(debian);
  EXPECT_EQ(debian->version, "10.0.2");
  EXPECT_EQ(debian->full_version, "10.0.2 (Debian 1:10.0.2+ds-2)");
  EXPECT_TRUE(debian->shares_time_when_exact());
  EXPECT_FALSE(parse_qemu_version("QEMU emulator version 7.2.22\n")->shares_time_when_exact());
  EXPECT_TRUE(debian->is_8());
  EXPECT_FALSE(parse_qemu_version("QEMU emulator version 7.2.22\n")->is_8());
  EXPECT_EQ(parse_qemu_version("QEMU emulator version 11.0.50-dirty")->version, "11.0.50");
  EXPECT_FALSE(parse_qemu_version("qemu: not found"));
  EXPECT_FALSE(parse_qemu_version("QEMU emulator version x"));
}

TEST(QemuInstalls, AreFoundForEveryMachineOrTheirPackageIsNamed) {
  for (const model::Machine& machine : model::machines()) {
    const auto install = run(find_qemu(machine));
    if (install) EXPECT_GT(install->number[0], 0) << machine.id;
    else EXPECT_THAT(install.error().hint, HasSubstr("qemu-system-")) << machine.id;
  }
  model::Machine missing = *model::find_machine("ppc32-e500");
  missing.qemu = "qemu-system-vax";
  EXPECT_THAT(run(find_qemu(missing)).error().hint, HasSubstr("qemu-system-ppc"));
}

TEST(QemuInstalls, AreNotMissingBecauseSomebodyKilledThemOnce) {
  const auto folder = base::TemporaryDirectory::create(base::fs::temp_directory_path(), "killed").value();
  const std::string program = (folder.path() / "qemu").string();
  const std::string script = "#!/bin/sh\n[ -e " + program + ".asked ] || { : >" + program + ".asked; kill -9 $$; }\n" +
                             "echo QEMU emulator version 10.0.2\n";
  ASSERT_TRUE(base::write_file_atomic(program, script, 0755));
  model::Machine machine = *model::find_machine("x86_64");
  machine.qemu = program;
  const auto install = run(find_qemu(machine));
  ASSERT_TRUE(install) << install.error().text();
  EXPECT_EQ(install->version, "10.0.2");
}

TEST(QemuAccelerator, IsTheEmulatorForAnotherArchitecture) {
  QemuSpec spec;
  spec.machine = model::find_machine("ppc64-hash4k");
  const auto verdict = run(choose_accelerator(spec, "10.0.2", "/nonexistent", 1s));
  EXPECT_EQ(verdict.accelerator, Accelerator::tcg);
  EXPECT_THAT(verdict.reason, HasSubstr("the host is"));
}

TEST(QemuAccelerator, IsTheEmulatorWhenTheProbeNeverSpeaksAndIsAskedForOnce) {
  const auto folder = base::TemporaryDirectory::create(base::fs::temp_directory_path(), "kvm").value();
  ASSERT_TRUE(base::write_file_atomic(folder.path() / "kernel", tiny_kernel("x\n", Then::spin)));
  QemuSpec spec;
  spec.machine = model::find_machine("x86_64");
  spec.kernel = folder.path() / "kernel";
  spec.memory_bytes = 64u << 20;
  const auto first = run(choose_accelerator(spec, "10.0.2", folder.path() / "cache", 2s));
  EXPECT_EQ(first.accelerator, Accelerator::tcg);
  EXPECT_THAT(first.reason, HasSubstr("emulating"));
  spec.kernel = "/nonexistent";
  EXPECT_EQ(run(choose_accelerator(spec, "10.0.2", folder.path() / "cache", 2s)).reason, first.reason);
  RecordProperty("reason", first.reason);
}

}  // namespace guest
