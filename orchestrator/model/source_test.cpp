// SPDX-License-Identifier: Apache-2.0
#include "model/source.h"

#include <gtest/gtest.h>

namespace model {

TEST(Source, RoundTripsEveryForm) {
  for (const char* text : {"debian:6.12", "debian:6.12.111-1~deb12u1", "dir:/src/linux", "git:../linux#v6.12~3",
                           "prebuilt:/boot/vmlinuz", "prebuilt:debian:6.12-cloud"}) {
    const auto source = parse_source(text);
    ASSERT_TRUE(source) << text;
    EXPECT_EQ(source->text(), text);
  }
}

TEST(Source, SaysWhatWouldBeRight) {
  EXPECT_NE(parse_source("6.12").error().hint.find("did you mean `debian:6.12`?"), std::string::npos);
  EXPECT_NE(parse_source("git:linux").error().hint.find("git:PATH#REV"), std::string::npos);
  EXPECT_NE(parse_source("debain:6.12").error().hint.find("did you mean `debian:6.12`?"), std::string::npos);
  EXPECT_NE(parse_source("/src/linux").error().hint.find("did you mean `dir:/src/linux`?"), std::string::npos);
  for (const char* bad : {"", "debian:", "debian:latest", "dir:", "git:#x", "git:x#", "prebuilt:", "svn:x"})
    EXPECT_FALSE(parse_source(bad)) << bad;
}

TEST(Source, TakesPatchesAfterPlusSigns) {
  const auto source = parse_patched_source("debian:6.12+a.patch+dir/b.mbox");
  ASSERT_TRUE(source);
  EXPECT_EQ(source->first.text(), "debian:6.12");
  EXPECT_EQ(source->second, (std::vector<std::string>{"a.patch", "dir/b.mbox"}));
  EXPECT_FALSE(parse_patched_source("debian:6.12+"));
}

TEST(Source, LeavesAPlusInADebianVersion) {
  for (const char* version : {"debian:7.3.4-1~bpo13+1", "debian:6.12.90+deb12.1-1", "prebuilt:debian:6.12.94+deb13.1"}) {
    const auto source = parse_patched_source(version);
    ASSERT_TRUE(source) << version;
    EXPECT_EQ(source->first.text(), version);
    EXPECT_TRUE(source->second.empty());
  }
  const auto both = parse_patched_source("debian:7.3.4-1~bpo13+1+fix.patch");
  ASSERT_TRUE(both);
  EXPECT_EQ(both->first.location, "7.3.4-1~bpo13+1");
  EXPECT_EQ(both->second, std::vector<std::string>{"fix.patch"});
}

TEST(Source, KnowsTheHomeFolder) {
  setenv("HOME", "/home/someone", 1);
  EXPECT_EQ(parse_source("dir:~/linux")->location, "/home/someone/linux");
  EXPECT_EQ(parse_source("git:~/linux#v6.12")->location, "/home/someone/linux");
}

}  // namespace model
