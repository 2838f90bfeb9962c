// SPDX-License-Identifier: Apache-2.0
// Real builds of a real kernel, as small as it gets. They need the network or a filled cache, and
// minutes.
#include "kernel/build.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "kernel/fake_tree.h"
#include "kernel/source.h"

namespace kernel {
namespace {

class SlowKernelBuild : public FakeTreeTest {
 protected:
  void SetUp() override {
    const ArtifactCache shared;
    auto source = open_source({model::SourceRef::Kind::debian, "6.12", {}}, shared, runner_);
    if (!source && source.error().user.empty())
      GTEST_SKIP() << "no kernel source: " << source.error().host.text();
    ASSERT_TRUE(source.has_value()) << source.error().user.at(0).text();
    spec_.source = {model::SourceRef::Kind::dir, (*source)->pristine_folder()->string(), {}};
    write("configs/base.config", "CONFIG_MODULES=n\nCONFIG_PRINTK=y\nCONFIG_SHMEM=y\n");
    write("configs/x86_64.config", "CONFIG_64BIT=y\n");
  }
  std::expected<KernelArtifact, BuildFailure> build(const ArtifactCache& cache,
                                                    const model::KernelSpec& spec) {
    objects_ = 0;
    BuildContext context{.cache = cache,
                         .runner = runner_,
                         .config_directory = root() / "configs",
                         .jobs = 2,
                         .on_progress = [&](const BuildProgress& progress) {
                           objects_ = std::max(objects_, progress.done);
                         }};
    return build_kernel(spec, *model::find_machine("x86_64"), context);
  }
  model::KernelSpec spec_;
  int objects_ = 0;
};

TEST_F(SlowKernelBuild, AfterAKilledBuildTheNextGivesTheSameBytes) {
  const ArtifactCache whole(root() / "whole"), killed(root() / "killed");
  const auto expected = build(whole, spec_);
  ASSERT_TRUE(expected.has_value()) << expected.error().text();
  for (int round = 0; round < 3; ++round) {
    const pid_t child = fork();
    if (child == 0) {
      const auto ignored = build(killed, spec_);
      _exit(ignored ? 0 : 1);
    }
    usleep(static_cast<useconds_t>(4'000'000 + round * 5'000'000));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
  }
  const auto kernel = build(killed, spec_);
  ASSERT_TRUE(kernel.has_value()) << kernel.error().text();
  EXPECT_EQ(kernel->image_sha256, expected->image_sha256);
}

TEST_F(SlowKernelBuild, SameInputsGiveTheSameBytesAndAChangedFileRebuildsOnlyItself) {
  const ArtifactCache here(root() / "here"), elsewhere(root() / "some/where/else");
  const auto first = build(here, spec_);
  ASSERT_TRUE(first.has_value()) << first.error().text();
  EXPECT_TRUE(first->built_now);
  EXPECT_TRUE(first->release.starts_with("6.12."));
  const int full = objects_;
  const auto again = build(here, spec_);
  ASSERT_TRUE(again.has_value());
  EXPECT_FALSE(again->built_now);

  // Without the compiler cache, or the second build would only copy the first one's objects.
  setenv("CCACHE_DISABLE", "1", 1);
  const auto other = build(elsewhere, spec_);
  unsetenv("CCACHE_DISABLE");
  ASSERT_TRUE(other.has_value()) << other.error().text();
  EXPECT_EQ(first->key, other->key);
  EXPECT_EQ(first->image_sha256, other->image_sha256);
  EXPECT_EQ(*base::read_file(first->vmlinux), *base::read_file(other->vmlinux));

  model::KernelSpec patched = spec_;
  patched.patches = {write("unused.patch",
                           "--- a/mm/vmstat.c\n+++ b/mm/vmstat.c\n@@ -11,3 +11,4 @@\n  *  "
                           "Copyright (C) 2008-2014 Christoph Lameter\n  */\n #include "
                           "<linux/fs.h>\n+static int vmlab_unused __attribute__((used));\n")};
  const auto changed = build(here, patched);
  ASSERT_TRUE(changed.has_value()) << changed.error().text();
  EXPECT_NE(changed->key, first->key);
  EXPECT_NE(*base::read_file(changed->vmlinux), *base::read_file(first->vmlinux));
  EXPECT_LT(objects_, full / 10) << "one file changed";

  // A comment gives another tree but the same kernel, and the hash says so.
  model::KernelSpec comment = spec_;
  comment.patches = {
      write("comment.patch",
            "--- a/mm/vmstat.c\n+++ b/mm/vmstat.c\n@@ -8,4 +8,4 @@\n  *  zoned VM statistics\n  *  "
            "Copyright (C) 2006 Silicon Graphics, Inc.,\n- *\t\tChristoph Lameter "
            "<christoph@lameter.com>\n+ *\t\tC. Lameter <christoph@lameter.com>\n  *  Copyright "
            "(C) 2008-2014 Christoph Lameter\n")};
  const auto same = build(here, comment);
  ASSERT_TRUE(same.has_value()) << same.error().text();
  EXPECT_NE(same->key, first->key);
  EXPECT_EQ(same->image_sha256, first->image_sha256);

  model::KernelSpec broken = spec_;
  broken.patches = {
      write("broken.patch",
            "--- a/mm/vmstat.c\n+++ b/mm/vmstat.c\n@@ -11,3 +11,4 @@\n  *  Copyright (C) 2008-2014 "
            "Christoph Lameter\n  */\n #include <linux/fs.h>\n+int vmlab = undeclared_thing;\n")};
  const auto failed = build(here, broken);
  ASSERT_FALSE(failed.has_value());
  EXPECT_EQ(failed.error().kind, BuildFailure::Kind::build);
  EXPECT_NE(failed.error().text().find("mm/vmstat.c:14:13: error: 'undeclared_thing' undeclared"),
            std::string::npos)
      << failed.error().text();

  model::KernelSpec wrong = spec_;
  wrong.options = {{"TRANSPARENT_HUGEPAGE", "y"}, {"ZRAM", "y"}};
  const auto refused = build(here, wrong);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind, BuildFailure::Kind::user);
  EXPECT_NE(refused.error().text().find("CONFIG_ZRAM=y was asked for"), std::string::npos)
      << refused.error().text();
  EXPECT_NE(refused.error().text().find("CONFIG_BLOCK is off"), std::string::npos)
      << refused.error().text();
}

}  // namespace
}  // namespace kernel
