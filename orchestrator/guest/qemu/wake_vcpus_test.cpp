// SPDX-License-Identifier: Apache-2.0
#include "guest/qemu/wake_vcpus.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include "async/process.h"
#include "guest/qemu/loop_for_test.h"

namespace guest {
namespace {

namespace asio = async::asio;
using namespace std::chrono_literals;

// An ELF file of one segment with one instruction: enough for QEMU to take it for a kernel.
std::string tiny_ppc64_kernel() {
  std::string elf("\x7f""ELF\x02\x02\x01", 7);
  elf.resize(16);
  const auto put = [&](std::uint64_t value, int bytes) {
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) elf += static_cast<char>(value >> shift);
  };
  put(2, 2), put(21, 2), put(1, 4);             // EXEC, PPC64
  put(0, 8), put(64, 8), put(0, 8), put(0, 4);  // entry, program headers, sections, flags
  put(64, 2), put(56, 2), put(1, 2), put(64, 2), put(0, 2), put(0, 2);
  put(1, 4), put(7, 4), put(120, 8), put(0, 8), put(0, 8), put(4, 8), put(4, 8), put(4, 8);  // LOAD
  put(0x48000000, 4);                                                                       // b .
  return elf;
}

class WakeVcpusQemu : public testing::TestWithParam<const char*> {
 protected:
  template <class T>
  T run(async::task<T> operation) {
    return run_until_done(loop_, std::move(operation));
  }
  asio::io_context loop_;
};

}  // namespace

TEST(WakeVcpus, PacketsCarryTheirSum) {
  EXPECT_EQ(gdb_packet("D"), "$D#44");
  EXPECT_EQ(gdb_packet("M200,4:38600068"), "$M200,4:38600068#18");
  EXPECT_EQ(gdb_orders({{0x100, std::string("\x48\x00\x01\x00", 4)}}), gdb_packet("M100,4:48000100") + "$D#44");
}

TEST(WakeVcpus, TheProgramKnowsHowManyVcpusThereAre) {
  const auto pokes = vcpu_program(3);
  ASSERT_EQ(pokes.back().address, 0x7f8u);
  EXPECT_EQ(pokes.back().bytes, std::string("\0\0\0\3\0\0\0\0", 8));
  for (const Poke& poke : pokes) EXPECT_LE(poke.address + poke.bytes.size(), 0x800u);
}

TEST(WakeVcpus, WordsAreReadFromTheMonitorsAnswer) {
  EXPECT_EQ(word_of("00000000000007fc: 0x00000002\r\n"), 2u);
  EXPECT_EQ(word_of("00000000000007fc: 0x0000001f"), 31u);
  EXPECT_EQ(word_of("Cannot access memory"), std::nullopt);
}

TEST(WakeVcpus, AnInterruptUnderWayIsSeen) {
  EXPECT_EQ(interrupt_under_way("CPU 0 XIRR=ff000000 ((nil)) PP=ff MFRR=ff\r\nCPU 1 XIRR=ff000000 ((nil)) PP=ff MFRR=ff\r\nICS 1000..1fff"),
            std::nullopt);
  EXPECT_EQ(interrupt_under_way("CPU 0 XIRR=ff000000 ((nil)) PP=ff MFRR=ff\r\nCPU 1 XIRR=ff000002 ((nil)) PP=04 MFRR=04\r\n"),
            "CPU 1 XIRR=ff000002 ((nil)) PP=04 MFRR=04");
  EXPECT_EQ(interrupt_under_way("CPU[0000]:   QW   NSR CPPR IPB LSMFB\n"), std::nullopt) << "a XIVE is part of the state";
}

TEST(WakeVcpus, OnlyPseriesNeedsIt) {
  EXPECT_TRUE(needs_waking(*model::find_machine("ppc64-hash4k")));
  EXPECT_TRUE(needs_waking(*model::find_machine("ppc64-radix4k")));
  EXPECT_FALSE(needs_waking(*model::find_machine("x86_64")));
}

TEST_P(WakeVcpusQemu, StartsThemAllAndOpensTheirPresenters) {
  if (::system("qemu-system-ppc64 --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "no qemu-system-ppc64";
  const auto folder = base::TemporaryDirectory::create(base::fs::temp_directory_path(), "wake").value();
  ASSERT_TRUE(base::write_file_atomic(folder.path() / "kernel", tiny_ppc64_kernel()));
  QemuSpec spec;
  spec.machine = model::find_machine(GetParam());
  spec.kernel = folder.path() / "kernel";
  spec.memory_bytes = 256u << 20;
  spec.vcpus = 3;
  const base::UniqueFd ram(::memfd_create("wake-test", MFD_CLOEXEC));
  ASSERT_EQ(::ftruncate(ram.get(), 256 << 20), 0);
  auto gdb = async::socket_pair().value();
  auto migration = async::socket_pair().value();
  StartExtras extras;
  extras.ram = {ram.get()};
  extras.gdb = gdb.second.get();
  extras.migration = migration.second.get();
  extras.copy = true;
  auto guest = start_controlled(loop_.get_executor(), spec, folder.path(), "a test", std::move(extras)).value();
  const auto awake = run(wake_vcpus(*guest, gdb.first.get(), 3, std::chrono::steady_clock::now() + 60s));
  ASSERT_TRUE(awake) << awake.error().text() << guest->complaints();
  const std::string pic = run(guest->monitor("info pic")).value();
  EXPECT_EQ(interrupt_under_way(pic), std::nullopt) << pic;
  EXPECT_THAT(pic, testing::HasSubstr("CPU 2 XIRR=ff000000"));
  // It still waits for its state, and takes one.
  EXPECT_THAT(run(guest->monitor("info status")).value(), testing::HasSubstr("paused"));
}

INSTANTIATE_TEST_SUITE_P(Machines, WakeVcpusQemu, testing::Values("ppc64-hash4k", "ppc64-radix4k"));

}  // namespace guest
