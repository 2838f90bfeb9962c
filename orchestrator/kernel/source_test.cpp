// SPDX-License-Identifier: Apache-2.0
#include "kernel/source.h"

#include <gtest/gtest.h>

#include <fstream>

#include "kernel/debian_archive.h"

namespace kernel {
namespace {

using Kind = model::SourceRef::Kind;

TEST(CompareDebianVersions, OrdersAsDpkgDoes) {
  EXPECT_GT(compare_debian_versions("6.12.117-1", "6.12.117-1~deb12u1"), 0);
  EXPECT_GT(compare_debian_versions("6.12.117-1", "6.12.94-1"), 0);
  EXPECT_LT(compare_debian_versions("6.12.90+deb12-1", "6.12.90+deb12.1-1"), 0);
  EXPECT_LT(compare_debian_versions("7.3~rc5-1", "7.3-1"), 0);
  EXPECT_EQ(compare_debian_versions("6.1.0-1", "6.1.0-1"), 0);
  EXPECT_LT(compare_debian_versions("1.2-1", "1.2-1+b1"), 0);
}

TEST(OpenSource, NamesAFolderThatIsNoKernelTree) {
  auto scratch = base::TemporaryDirectory::create("/tmp", "vmlab-source-test");
  const ArtifactCache cache(scratch->path() / "cache");
  HostCommandRunner runner;
  const auto missing = open_source({Kind::dir, "/nowhere/linux", {}}, cache, runner);
  ASSERT_FALSE(missing.has_value());
  EXPECT_NE(missing.error().user.at(0).message.find("/nowhere/linux"), std::string::npos);
  const auto not_a_tree = open_source({Kind::dir, scratch->path().string(), {}}, cache, runner);
  EXPECT_NE(not_a_tree.error().user.at(0).message.find("not a kernel tree"), std::string::npos);
  const auto not_a_repository =
      open_source({Kind::git, scratch->path().string(), "v1"}, cache, runner);
  EXPECT_NE(not_a_repository.error().user.at(0).message.find("not a git repository"),
            std::string::npos);
}

}  // namespace
}  // namespace kernel
