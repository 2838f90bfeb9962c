// SPDX-License-Identifier: Apache-2.0
#include "campaign/leftovers.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "async/launch.h"

namespace campaign {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Leftovers : public testing::Test {
 protected:
  void put(const std::string& name) {
    base::fs::create_directories((folder_.path() / name).parent_path());
    ASSERT_TRUE(base::write_file_atomic(folder_.path() / name, "x"));
  }
  base::TemporaryDirectory folder_ = base::TemporaryDirectory::create(base::fs::temp_directory_path(), "left-").value();
};

}  // namespace

TEST_F(Leftovers, AFinishedRunHasNone) {
  for (const char* name : {"runs/a/boot-1/console.log", "runs/a/boot-1/job.cpio", "runs/a/kernel.config", "results.db", "results.db-wal"})
    put(name);
  EXPECT_THAT(leftover_files(folder_.path()), IsEmpty());
}

TEST_F(Leftovers, FilesHalfWrittenAndImagesOfGuestsThatAreGoneAreFound) {
  for (const char* name : {"runs/a/boot-1/initrd.tmp-aX3b9Q", "artifacts/kernel/.tmp-0af-XyZ123/vmlinux", "runs/b/boot-1/initrd", "runs/b/boot-1/job.cpio"})
    put(name);
  EXPECT_THAT(leftover_files(folder_.path()), testing::SizeIs(3));
}

TEST_F(Leftovers, ALockIsHeldAsLongAsItsProcessHoldsIt) {
  put("images/one.lock");
  {
    const auto lock = base::FileLock::acquire(folder_.path() / "images/one.lock").value();
    EXPECT_THAT(locks_held(folder_.path()), ElementsAre(HasSubstr("images/one.lock")));
  }
  EXPECT_THAT(locks_held(folder_.path()), IsEmpty());
}

TEST_F(Leftovers, AProcessIsFoundByItsMark) {
  const base::UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  const auto pid = async::launch({.program = "sleep", .arguments = {"60"}, .environment = {{"VMLAB_CAMPAIGN", "leftovers-test"}},
                                  .in = null.get(), .out = null.get(), .err = null.get()}).value();
  EXPECT_THAT(processes_with("VMLAB_CAMPAIGN", "leftovers-test"), ElementsAre(HasSubstr("sleep 60")));
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
  EXPECT_THAT(processes_with("VMLAB_CAMPAIGN", "leftovers-test"), IsEmpty());
}

}  // namespace campaign
