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

}  // namespace model
