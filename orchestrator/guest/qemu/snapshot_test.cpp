// SPDX-License-Identifier: Apache-2.0
// Freezing and copying with a guest of a few instructions; real kernels and agents are the lab's.
#include "guest/qemu/snapshot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "guest/qemu/console_for_test.h"
#include "guest/qemu/loop_for_test.h"
#include "guest/qemu/tiny_kernel.h"

namespace guest {
namespace {

namespace asio = async::asio;
using namespace std::chrono_literals;
using testing::HasSubstr;

class SnapshotQemuTest : public testing::Test {
 protected:
  void SetUp() override {
    if (::system("qemu-system-x86_64 --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "no qemu-system-x86_64";
    ASSERT_TRUE(base::write_file_atomic(folder_.path() / "kernel", tiny_kernel("ready\n", Then::echo)));
    spec_.machine = model::find_machine("x86_64");
    spec_.kernel = folder_.path() / "kernel";
    spec_.memory_bytes = 64u << 20;
    spec_.vcpus = 1;
  }

  template <class T>
  T run(async::task<T> operation) {
    return run_until_done(loop_, std::move(operation));
  }

  base::fs::path folder(std::string_view name) {
    base::fs::create_directories(folder_.path() / name);
    return folder_.path() / name;
  }

  std::shared_ptr<Snapshot> frozen() {
    auto guest = TemplateGuest::start(loop_.get_executor(), spec_, folder("template"), "a test").value();
    console_until(guest.guest(), "ready\n");
    const auto done = run(guest.freeze(20s));
    EXPECT_TRUE(done) << done.error().text();
    return guest.take().value();
  }

  base::TemporaryDirectory folder_ = base::TemporaryDirectory::create(base::fs::temp_directory_path(), "snapshot").value();
  asio::io_context loop_;
  QemuSpec spec_;
};

}  // namespace

TEST_F(SnapshotQemuTest, CopiesGoOnWhereTheTemplateWasFrozenEachForItself) {
  auto snapshot = frozen();
  snapshot->said = "words";
  auto one = run(restore_qemu(spec_, snapshot, folder("one"), "a test", 20s));
  auto two = run(restore_qemu(spec_, snapshot, folder("two"), "a test", 20s));
  ASSERT_TRUE(one) << one.error().text();
  ASSERT_TRUE(two) << two.error().text();
  EXPECT_EQ((*one)->said_before(), "words");
  EXPECT_TRUE(run((*one)->type("abc", false)));
  EXPECT_TRUE(run((*two)->type("xyz", false)));
  EXPECT_THAT(console_until(**one, "abc"), HasSubstr("ready\nabc"));
  EXPECT_THAT(console_until(**two, "xyz"), HasSubstr("ready\nxyz"));
}

TEST_F(SnapshotQemuTest, AGuestThatWasFrozenTooEarlyGoesOnAndIsFrozenAgain) {
  auto guest = TemplateGuest::start(loop_.get_executor(), spec_, folder("template"), "a test").value();
  console_until(guest.guest(), "ready\n");
  ASSERT_TRUE(run(guest.freeze(20s)));
  ASSERT_TRUE(run(guest.guest().resume()));
  EXPECT_TRUE(run(guest.guest().type("on", false)));
  console_until(guest.guest(), "on");
  const auto again = run(guest.freeze(20s));
  ASSERT_TRUE(again) << again.error().text();
  const std::shared_ptr<Snapshot> snapshot = guest.take().value();
  EXPECT_THAT(snapshot->console, HasSubstr("ready\non"));
  auto copy = run(restore_qemu(spec_, snapshot, folder("copy"), "a test", 20s));
  ASSERT_TRUE(copy) << copy.error().text();
  EXPECT_TRUE(run((*copy)->type("abc", false)));
  EXPECT_THAT(console_until(**copy, "abc"), HasSubstr("onabc"));
}

TEST_F(SnapshotQemuTest, ACorruptStateIsAnErrorAndNoGuest) {
  auto snapshot = frozen();
  snapshot->devices.resize(snapshot->devices.size() / 2);
  const auto copy = run(restore_qemu(spec_, snapshot, folder("copy"), "a test", 5s));
  EXPECT_FALSE(copy);
  snapshot->devices = std::string(4096, 'x');
  EXPECT_FALSE(run(restore_qemu(spec_, snapshot, folder("other"), "a test", 5s)));
}

TEST_F(SnapshotQemuTest, KeysDifferWhereGuestsWould) {
  const std::string key = snapshot_key(spec_, "10.0.2", "k", "i");
  EXPECT_EQ(snapshot_key(spec_, "10.0.2", "k", "i"), key);
  EXPECT_NE(snapshot_key(spec_, "10.0.3", "k", "i"), key);
  EXPECT_NE(snapshot_key(spec_, "10.0.2", "k2", "i"), key);
  QemuSpec other = spec_;
  other.name = "another job";
  EXPECT_EQ(snapshot_key(other, "10.0.2", "k", "i"), key);
  other.vcpus = 2;
  EXPECT_NE(snapshot_key(other, "10.0.2", "k", "i"), key);
  other = spec_;
  other.command_line = {"hugepages=1"};
  EXPECT_NE(snapshot_key(other, "10.0.2", "k", "i"), key);
}

}  // namespace guest
