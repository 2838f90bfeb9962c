// SPDX-License-Identifier: Apache-2.0
// Real builds of a real kernel, as small as it gets. They need the network or a filled cache, and
// minutes.
#include "kernel/build.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>

#include "base/hash.h"
#include "kernel/fake_tree.h"
#include "kernel/source.h"

namespace kernel {
namespace {

constexpr const char* kVmstat = "--- a/mm/vmstat.c\n+++ b/mm/vmstat.c\n";

class SlowKernelBuild : public FakeTreeTest {
 protected:
  void SetUp() override {
    const ArtifactCache shared;
    auto source = open_source(spec_.source, shared, runner_);
    if (!source && source.error().user.empty())
      GTEST_SKIP() << "no kernel source: " << source.error().host.text();
    ASSERT_TRUE(source.has_value()) << source.error().user.at(0).text();
    // On the shared cache's file system, so that its unpacked source can be hard-linked.
    auto folder = base::TemporaryDirectory::create(shared.root(), "test");
    ASSERT_TRUE(folder.has_value()) << folder.error().text();
    caches_ = std::make_unique<base::TemporaryDirectory>(std::move(*folder));
    const base::fs::path artifact = (*source)->pristine_folder()->parent_path();
    for (const char* name : {"here", "some/where/else"})
      shell("cd " + caches_->path().string() + " && mkdir -p " + name + "/artifacts/source " +
            name + "/apt && cp -al " + artifact.string() + " " + name +
            "/artifacts/source/ && cp -a " + (shared.root() / "apt/updated").string() + " " +
            (shared.root() / "apt/resolved").string() + " " + name + "/apt/");
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
  model::KernelSpec patched(const std::string& hunk) {
    model::KernelSpec spec = spec_;
    spec.patches = {write("change.patch", kVmstat + hunk)};
    return spec;
  }
  model::KernelSpec adding(const std::string& line) {
    return patched("@@ -12,3 +12,4 @@\n  */\n #include <linux/fs.h>\n+" + line +
                   "\n #include <linux/mm.h>\n");
  }
  model::KernelSpec spec_{.source = {model::SourceRef::Kind::debian, "6.12", {}}};
  std::unique_ptr<base::TemporaryDirectory> caches_;
  int objects_ = 0;
};

TEST_F(SlowKernelBuild, IsReproducibleIncrementalAndTellsWhatIsWrong) {
  const ArtifactCache here(caches_->path() / "here");
  const ArtifactCache elsewhere(caches_->path() / "some/where/else");
  const auto first = build(here, spec_);
  ASSERT_TRUE(first.has_value()) << first.error().text();
  EXPECT_TRUE(first->built_now);
  EXPECT_TRUE(first->release.starts_with("6.12."));
  const int full = objects_;
  const auto again = build(here, spec_);
  ASSERT_TRUE(again.has_value());
  EXPECT_FALSE(again->built_now);

  // In another folder, without the compiler cache (or it would only hand out the first build's
  // objects) and after builds that were killed on the way: the same bytes.
  setenv("CCACHE_DISABLE", "1", 1);
  for (const useconds_t seconds : {5, 15, 20}) {
    const pid_t child = fork();
    if (child == 0) {
      const auto ignored = build(elsewhere, spec_);
      _exit(ignored ? 0 : 1);
    }
    usleep(seconds * 1'000'000);
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
  }
  const auto other = build(elsewhere, spec_);
  unsetenv("CCACHE_DISABLE");
  ASSERT_TRUE(other.has_value()) << other.error().text();
  EXPECT_EQ(first->key, other->key);
  EXPECT_EQ(first->image_sha256, other->image_sha256);
  EXPECT_EQ(*base::sha256_file(first->vmlinux.string()),
            *base::sha256_file(other->vmlinux.string()));

  const auto changed = build(here, adding("static int vmlab_unused __attribute__((used)) = 1;"));
  ASSERT_TRUE(changed.has_value()) << changed.error().text();
  EXPECT_NE(changed->key, first->key);
  EXPECT_LT(objects_, full / 10) << "one file changed";

  // A comment gives another tree but the same kernel, and the hash says so.
  const auto same = build(here, patched("@@ -8,4 +8,4 @@\n  *  zoned VM statistics\n"
                                        "  *  Copyright (C) 2006 Silicon Graphics, Inc.,\n"
                                        "- *\t\tChristoph Lameter <christoph@lameter.com>\n"
                                        "+ *\t\tC. Lameter <christoph@lameter.com>\n"
                                        "  *  Copyright (C) 2008-2014 Christoph Lameter\n"));
  ASSERT_TRUE(same.has_value()) << same.error().text();
  EXPECT_NE(same->key, first->key);
  EXPECT_EQ(same->image_sha256, first->image_sha256);

  const auto failed = build(here, adding("int vmlab = undeclared_thing;"));
  ASSERT_FALSE(failed.has_value());
  EXPECT_EQ(failed.error().kind, BuildFailure::Kind::build);
  EXPECT_NE(failed.error().text().find("mm/vmstat.c:14:13: error:"), std::string::npos)
      << failed.error().text();

  model::KernelSpec wrong = spec_;
  wrong.options = {{"ZRAM", "y"}};
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
