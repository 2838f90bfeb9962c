// SPDX-License-Identifier: Apache-2.0
// Real QEMU processes with guests of a few instructions: what a start, a console, an order and an end are.
#include "guest/qemu/qemu_guest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "guest/qemu/console_for_test.h"
#include "guest/qemu/loop_for_test.h"
#include "guest/qemu/tiny_kernel.h"

namespace guest {
namespace {

namespace asio = async::asio;
using namespace std::chrono_literals;
using testing::HasSubstr;

class QemuGuestTest : public testing::Test {
 protected:
  void SetUp() override {
    if (::system("qemu-system-x86_64 --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "no qemu-system-x86_64";
  }

  std::unique_ptr<Guest> start(std::string_view words, Then then) {
    EXPECT_TRUE(base::write_file_atomic(folder_.path() / "kernel", tiny_kernel(words, then)));
    QemuSpec spec;
    spec.machine = model::find_machine("x86_64");
    spec.name = "test";
    spec.kernel = folder_.path() / "kernel";
    spec.memory_bytes = 64u << 20;
    spec.vcpus = 1;
    auto guest = start_qemu(loop_.get_executor(), spec, folder_.path(), "a test");
    EXPECT_TRUE(guest) << guest.error().text();
    return std::move(*guest);
  }

  template <class T>
  T run(async::task<T> operation) {
    return run_until_done(loop_, std::move(operation));
  }

  // The QEMU that runs this test's kernel; 0 when there is none.
  pid_t qemu_pid() {
    for (const auto& entry : base::fs::directory_iterator("/proc")) {
      const auto line = base::read_file(entry.path() / "cmdline");
      if (line && line->starts_with("qemu-system") && line->contains((folder_.path() / "kernel").string()))
        return std::atoi(entry.path().filename().c_str());
    }
    return 0;
  }

  base::TemporaryDirectory folder_ = base::TemporaryDirectory::create(base::fs::temp_directory_path(), "guest").value();
  asio::io_context loop_;
};

}  // namespace

TEST_F(QemuGuestTest, PrintsAnswersOrdersAndQuits) {
  const auto guest = start("hello from a tiny guest\n", Then::spin);
  EXPECT_THAT(console_until(*guest, "guest\n"), HasSubstr("hello from a tiny guest\n"));
  EXPECT_THAT(run(guest->monitor("info registers -a")).value(), HasSubstr("EIP=0010"));
  EXPECT_TRUE(run(guest->pause()));
  EXPECT_THAT(run(guest->monitor("info status")).value(), HasSubstr("paused"));
  EXPECT_TRUE(run(guest->resume()));
  EXPECT_FALSE(guest->ended());
  const CpuUse early = guest->cpu_use();
  for (int i = 0; i < 300 && guest->cpu_use().used < early.used + 50ms; ++i) std::this_thread::sleep_for(10ms);
  EXPECT_GE(guest->cpu_use().used, early.used + 50ms);
  const GuestEnd end = run(guest->end(2s));
  EXPECT_EQ(end.kind, GuestEnd::Kind::told_to);
  EXPECT_GE(guest->cpu_use().used, early.used) << "the figure must outlive the process";
}

TEST_F(QemuGuestTest, HearsWhatIsTypedOnItsConsole) {
  const auto guest = start("ready\n", Then::echo);
  console_until(*guest, "ready\n");
  EXPECT_TRUE(run(guest->type("abc", false)));
  EXPECT_THAT(console_until(*guest, "abc"), HasSubstr("abc"));
  EXPECT_TRUE(run(guest->type("t", true)));
}

TEST_F(QemuGuestTest, DumpsItsMemoryAsAnElfCoreAndLivesOn) {
  const auto guest = start("ready\n", Then::echo);
  console_until(*guest, "ready\n");
  const base::fs::path core = folder_.path() / "memory.elf";
  const auto dumped = run(guest->dump_memory(core));
  ASSERT_TRUE(dumped) << dumped.error().text();
  EXPECT_EQ(base::read_file(core).value().substr(0, 4), "\x7f" "ELF");
  EXPECT_TRUE(run(guest->type("abc", false)));
  EXPECT_THAT(console_until(*guest, "abc"), HasSubstr("abc"));
  const base::fs::path nowhere = folder_.path() / "no folder" / "memory.elf";
  EXPECT_FALSE(run(guest->dump_memory(nowhere)));
}

TEST_F(QemuGuestTest, TellsAPowerOffFromAReset) {
  const auto off = start("off\n", Then::power_off);
  EXPECT_EQ(run(off->wait_end()).kind, GuestEnd::Kind::powered_off);
  EXPECT_THAT(console_until(*off, "off\n"), HasSubstr("off\n"));
  // Asked without waiting, it must not guess before the reason has been read.
  const auto polled = start("off\n", Then::power_off);
  std::optional<GuestEnd> end;
  while (!(end = polled->ended())) {
    std::this_thread::sleep_for(10ms);
    loop_.restart();
    loop_.poll_one();
  }
  EXPECT_EQ(end->kind, GuestEnd::Kind::powered_off) << end->text;
  const auto reset = start("again\n", Then::reset);
  const GuestEnd again = run(reset->wait_end());
  EXPECT_EQ(again.kind, GuestEnd::Kind::reset) << again.text << "; console: " << reset->take_console();
}

TEST_F(QemuGuestTest, BlamesTheHostWhenQemuIsKilledOrCannotStart) {
  const auto guest = start("x\n", Then::spin);
  console_until(*guest, "x\n");
  const std::string info = base::read_file(folder_.path() / "qemu.sh").value();
  EXPECT_THAT(info, HasSubstr("# a test"));
  EXPECT_THAT(run(guest->monitor("info status")).value(), HasSubstr("running"));
  ASSERT_EQ(::kill(qemu_pid(), SIGKILL), 0);
  const GuestEnd end = run(guest->wait_end());
  EXPECT_EQ(end.kind, GuestEnd::Kind::failed);
  EXPECT_THAT(end.text, HasSubstr("killed by signal 9"));
  EXPECT_FALSE(run(guest->monitor("info status")));

  QemuSpec spec;
  spec.machine = model::find_machine("x86_64");
  spec.kernel = folder_.path() / "no-such-kernel";
  const auto broken = start_qemu(loop_.get_executor(), spec, folder_.path(), "").value();
  const GuestEnd failed = run(broken->wait_end());
  EXPECT_EQ(failed.kind, GuestEnd::Kind::failed);
  EXPECT_THAT(failed.text, HasSubstr("no-such-kernel"));
}

TEST_F(QemuGuestTest, LeavesNoQemuBehindWhenItsOwnerIsKilled) {
  int fds[2];
  ASSERT_EQ(::pipe(fds), 0);
  const pid_t owner = ::fork();
  if (owner == 0) {
    const auto guest = start("x\n", Then::spin);
    console_until(*guest, "x\n");
    (void)!::write(fds[1], "!", 1);
    ::pause();
  }
  char go = 0;
  ASSERT_EQ(::read(fds[0], &go, 1), 1);
  EXPECT_GT(qemu_pid(), 0);
  ::kill(owner, SIGKILL);
  ::waitpid(owner, nullptr, 0);
  for (int i = 0; i < 300 && qemu_pid() > 0; ++i) std::this_thread::sleep_for(10ms);
  EXPECT_EQ(qemu_pid(), 0);
  ::close(fds[0]);
  ::close(fds[1]);
}

}  // namespace guest
