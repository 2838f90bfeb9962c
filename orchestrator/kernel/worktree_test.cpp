// SPDX-License-Identifier: Apache-2.0
#include "kernel/worktree.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "kernel/fake_tree.h"

namespace kernel {
namespace {

class Worktree : public FakeTreeTest {
 protected:
  Worktree() : cache_(root() / "cache") {}
  base::fs::path take(const BaseTree& base, const Overlay& overlay) {
    auto lease = checkout(cache_, base, overlay);
    EXPECT_TRUE(lease.has_value()) << (lease ? "" : lease.error().text());
    return lease ? lease->tree : base::fs::path();
  }
  static std::string read(const base::fs::path& path) {
    auto text = base::read_file(path);
    return text ? *text : std::string("(none)");
  }
  static std::int64_t modified(const base::fs::path& path) {
    struct stat info {};
    ::stat(path.c_str(), &info);
    return info.st_mtim.tv_sec * 1'000'000'000LL + info.st_mtim.tv_nsec;
  }
  ArtifactCache cache_;
};

TEST_F(Worktree, PatchedFilesGetNewInodesAndTimesAndTheOthersStay) {
  const auto base = pristine_tree(tree(), "fake-1", "fake");
  const auto copy = take(*base, {});
  const auto gup = modified(copy / "mm/gup.c"), mmap = modified(copy / "mm/mmap.c");
  usleep(20'000);
  take(*base, {{"mm/gup.c", FileContent{"patched\n"}}, {"mm/added.c", FileContent{"new\n"}}});
  EXPECT_EQ(read(copy / "mm/gup.c"), "patched\n");
  EXPECT_EQ(read(copy / "mm/added.c"), "new\n");
  EXPECT_GT(modified(copy / "mm/gup.c"), gup);
  EXPECT_EQ(modified(copy / "mm/mmap.c"), mmap);
  EXPECT_TRUE(read(tree() / "mm/gup.c").starts_with("one\n"))
      << "the pristine tree must not change";

  const auto patched = modified(copy / "mm/gup.c");
  usleep(20'000);
  take(*base, {});
  EXPECT_TRUE(read(copy / "mm/gup.c").starts_with("one\n"));
  EXPECT_GT(modified(copy / "mm/gup.c"), patched) << "make must see the way back too";
  EXPECT_FALSE(base::fs::exists(copy / "mm/added.c"));
}

TEST_F(Worktree, AKilledCheckoutIsPutRight) {
  const auto base = pristine_tree(tree(), "fake-1", "fake");
  const auto copy = take(*base, {});
  Overlay big;
  for (int i = 0; i < 400; ++i)
    big["mm/file" + std::to_string(i) + ".c"] = FileContent{std::string(2000, 'x')};
  big["mm/gup.c"] = FileContent{"patched\n"};
  for (int delay : {500, 2000, 5000, 9000, 20000}) {
    const pid_t pid = fork();
    if (pid == 0) {
      (void)checkout(cache_, *base, big);
      _exit(0);
    }
    usleep(static_cast<useconds_t>(delay));
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
    take(*base, {});
    EXPECT_TRUE(read(copy / "mm/gup.c").starts_with("one\n"));
    std::size_t files = 0;
    for (const auto& item : base::fs::directory_iterator(copy / "mm"))
      files += item.path().extension() == ".c";
    EXPECT_EQ(files, 2u) << "after a kill at " << delay << " us";
  }
}

TEST_F(Worktree, SharedStatesDoNotWaitAndOthersDo) {
  const auto base = pristine_tree(tree(), "fake-1", "fake");
  auto first = checkout(cache_, *base, {});
  auto second = checkout(cache_, *base, {});
  ASSERT_TRUE(first && second);
  std::atomic<bool> changed = false;
  std::thread other([&] {
    take(*base, {{"mm/gup.c", FileContent{"patched\n"}}});
    changed = true;
  });
  usleep(100'000);
  EXPECT_FALSE(changed);
  const auto copy = first->tree;
  first = base::fail("done");
  second = base::fail("done");
  other.join();
  EXPECT_EQ(read(copy / "mm/gup.c"), "patched\n");
}

TEST_F(Worktree, AUsersFolderIsFollowedAndNeverWritten) {
  put("mm/gup.o", "object");
  put("include/config/auto.conf", "built in tree");
  auto before = folder_tree(tree(), root() / "index", runner_);
  ASSERT_TRUE(before.has_value());
  const auto copy = take(**before, {});
  EXPECT_EQ(read(copy / "mm/mmap.c"), "int mmap;\n");
  EXPECT_EQ(read(copy / "mm/gup.o"), "(none)");
  EXPECT_EQ(read(copy / "include/config/auto.conf"), "(none)");
  const auto gup = modified(copy / "mm/gup.c");
  put("mm/mmap.c", "int mmap2;\n");
  base::fs::remove(tree() / "mm/gup.c");
  put("mm/new.c", "new\n");
  auto after = folder_tree(tree(), root() / "index", runner_);
  EXPECT_NE((*before)->identity(), (*after)->identity());
  EXPECT_EQ((*before)->family(), (*after)->family());
  take(**after, {{"mm/mmap.c", FileContent{"patched\n"}}});
  EXPECT_EQ(read(copy / "mm/mmap.c"), "patched\n");
  EXPECT_EQ(read(tree() / "mm/mmap.c"), "int mmap2;\n");
  EXPECT_FALSE(base::fs::exists(copy / "mm/gup.c"));
  EXPECT_EQ(read(copy / "mm/new.c"), "new\n");
  EXPECT_GT(gup, 0);
}

TEST_F(Worktree, RevisionsOfARepositoryShareATreeAndDifferByTheirFilesOnly) {
  shell(
      "cd tree && git init -q . && git config user.email a@example.org && git config user.name a "
      "&& git add . && "
      "git commit -qm one && echo 'int two;' > mm/mmap.c && git rm -q mm/gup.c && ln -s mmap.c "
      "mm/link.c && "
      "git add . && git commit -qm two");
  auto one = git_tree(tree(), "HEAD~1", runner_), two = git_tree(tree(), "HEAD", runner_);
  ASSERT_TRUE(one && two);
  EXPECT_EQ((*one)->family(), (*two)->family());
  const auto copy = take(**one, {});
  EXPECT_EQ(read(copy / "mm/mmap.c"), "int mmap;\n");
  const auto makefile = modified(copy / "Makefile");
  take(**two, {});
  EXPECT_EQ(read(copy / "mm/mmap.c"), "int two;\n");
  EXPECT_FALSE(base::fs::exists(copy / "mm/gup.c"));
  EXPECT_EQ(base::fs::read_symlink(copy / "mm/link.c"), "mmap.c");
  EXPECT_EQ(modified(copy / "Makefile"), makefile);
  EXPECT_EQ(*version_of(**two), "6.12.3");
  EXPECT_FALSE(git_tree(tree(), "v9.9", runner_).has_value());
}

}  // namespace
}  // namespace kernel
