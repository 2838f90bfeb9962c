// SPDX-License-Identifier: Apache-2.0
#include "kernel/source.h"

#include <gtest/gtest.h>

#include <fstream>

#include "kernel/debian_archive.h"

namespace kernel {
namespace {

using Kind = model::SourceRef::Kind;

TEST(ParseSource, ReadsEveryFormOfSource) {
  EXPECT_EQ(parse_source("debian:6.12")->source, (model::SourceRef{Kind::debian, "6.12", {}}));
  EXPECT_EQ(parse_source("debian:6.12.111-1")->source,
            (model::SourceRef{Kind::debian, "6.12.111-1", {}}));
  EXPECT_EQ(parse_source("dir:/src/linux")->source,
            (model::SourceRef{Kind::dir, "/src/linux", {}}));
  EXPECT_EQ(parse_source("git:/src/linux#v6.12~3")->source,
            (model::SourceRef{Kind::git, "/src/linux", "v6.12~3"}));
  EXPECT_EQ(parse_source("git:/src/linux")->source,
            (model::SourceRef{Kind::git, "/src/linux", "HEAD"}));
  EXPECT_EQ(parse_source("prebuilt:/boot/vmlinuz")->source,
            (model::SourceRef{Kind::prebuilt, "/boot/vmlinuz", {}}));
  EXPECT_EQ(parse_source("prebuilt:debian:6.12-cloud")->source,
            (model::SourceRef{Kind::prebuilt_debian, "6.12-cloud", {}}));
}

TEST(ParseSource, ReadsPatchesAfterPlusButLeavesPlusInVersions) {
  const auto parsed = parse_source("debian:6.12+fix.patch+/tmp/more.mbox");
  EXPECT_EQ(parsed->source.location, "6.12");
  EXPECT_EQ(parsed->patches, (std::vector<std::string>{"fix.patch", "/tmp/more.mbox"}));
  EXPECT_EQ(parse_source("debian:7.3.4-1~bpo13+1")->source.location, "7.3.4-1~bpo13+1");
  EXPECT_TRUE(parse_source("debian:7.3.4-1~bpo13+1")->patches.empty());
}

TEST(ParseSource, SaysWhatIsWrongAndWhatWouldBeRight) {
  EXPECT_EQ(parse_source("6.12").error().hint, "did you mean debian:6.12?");
  EXPECT_EQ(parse_source("debain:6.12").error().hint, "did you mean debian:6.12?");
  EXPECT_EQ(parse_source("/src/linux").error().hint, "did you mean dir:/src/linux?");
  EXPECT_FALSE(parse_source("debian:").has_value());
  EXPECT_FALSE(parse_source("git:/src/linux#").has_value());
  EXPECT_FALSE(parse_source("debian:../../etc").has_value());
  EXPECT_FALSE(parse_source("prebuilt:/boot/vmlinuz+x.patch").has_value());
  EXPECT_FALSE(parse_source("").has_value());
}

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
