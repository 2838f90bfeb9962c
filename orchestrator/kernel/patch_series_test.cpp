// SPDX-License-Identifier: Apache-2.0
#include "kernel/patch_series.h"

#include "kernel/fake_tree.h"

namespace kernel {
namespace {

class PatchSeries : public FakeTreeTest {
 protected:
  std::expected<Overlay, base::Diagnostics> apply(const std::vector<std::string>& names) {
    auto patches = read_patches(names, runner_);
    if (!patches) return std::unexpected(patches.error());
    subjects_.clear();
    for (const Patch& patch : *patches) subjects_.push_back(patch.subject);
    const auto base = pristine_tree(tree(), "fake", "fake");
    Overlay overlay;
    if (auto applied = apply_patches(*base, *patches, overlay, runner_); !applied)
      return std::unexpected(applied.error());
    return overlay;
  }
  std::vector<std::string> subjects_;
};

TEST_F(PatchSeries, ADiffTouchesOnlyItsFile) {
  const auto overlay = apply({write("fix.patch", kGupPatch)});
  ASSERT_TRUE(overlay.has_value()) << overlay.error().at(0).text();
  ASSERT_EQ(overlay->size(), 1u);
  EXPECT_TRUE(overlay->at("mm/gup.c")->bytes.starts_with("one\nnew\ntwo\n"));
}

TEST_F(PatchSeries, FilesAreAddedRemovedAndRenamed) {
  const auto overlay =
      apply({write("all.patch",
                   "diff --git a/mm/new.c b/mm/new.c\nnew file mode 100644\n--- /dev/null\n+++ "
                   "b/mm/new.c\n@@ -0,0 +1 @@\n+x\n"
                   "diff --git a/mm/gup.c b/mm/gup2.c\nsimilarity index 100%\nrename from "
                   "mm/gup.c\nrename to mm/gup2.c\n"
                   "diff --git a/mm/mmap.c b/mm/mmap.c\ndeleted file mode 100644\n--- "
                   "a/mm/mmap.c\n+++ /dev/null\n@@ -1 +0,0 @@\n-int mmap;\n")});
  ASSERT_TRUE(overlay.has_value()) << overlay.error().at(0).text();
  EXPECT_EQ(overlay->at("mm/new.c")->bytes, "x\n");
  EXPECT_FALSE(overlay->at("mm/gup.c").has_value());
  EXPECT_TRUE(overlay->at("mm/gup2.c")->bytes.starts_with("one\n"));
  EXPECT_FALSE(overlay->at("mm/mmap.c").has_value());
}

TEST_F(PatchSeries, TwoSeriesThatGiveTheSameTreeHaveTheSameIdentity) {
  const std::string second =
      "--- a/mm/gup.c\n+++ b/mm/gup.c\n@@ -8,3 +8,4 @@\n eight\n nine\n ten\n+eleven\n";
  const std::string both =
      "--- a/mm/gup.c\n+++ b/mm/gup.c\n@@ -1,3 +1,4 @@\n one\n+new\n two\n three\n@@ -8,3 +9,4 "
      "@@\n eight\n nine\n ten\n+eleven\n";
  const auto split = apply(
      {write("1.patch", kGupPatch),
       write("2.patch",
             "--- a/mm/gup.c\n+++ b/mm/gup.c\n@@ -9,3 +9,4 @@\n eight\n nine\n ten\n+eleven\n")});
  const auto whole = apply({write("both.patch", both)});
  ASSERT_TRUE(split.has_value() && whole.has_value());
  EXPECT_EQ(overlay_identity(*split), overlay_identity(*whole));
  EXPECT_NE(overlay_identity(*whole), overlay_identity(*apply({write("one.patch", kGupPatch)})));
}

TEST_F(PatchSeries, APatchTakenBackLeavesAnUnpatchedTree) {
  const auto overlay =
      apply({write("1.patch", kGupPatch),
             write("2.patch",
                   "--- a/mm/gup.c\n+++ b/mm/gup.c\n@@ -1,4 +1,3 @@\n one\n-new\n two\n three\n")});
  ASSERT_TRUE(overlay.has_value());
  EXPECT_TRUE(overlay->empty());
  EXPECT_EQ(overlay_identity(*overlay), "");
}

TEST_F(PatchSeries, AMailboxGivesItsPatchesInOrderWithSubjects) {
  const auto mail = [](int n, const std::string& subject, const std::string& body) {
    return "From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\nFrom: A Person "
           "<a@example.org>\n"
           "Date: Mon, 1 Jan 2024 00:00:00 +0000\nSubject: [PATCH " +
           std::to_string(n) + "/2] " + subject + "\n\nWhy.\n---\n mm/gup.c | 1 +\n\n" + body +
           "-- \n2.39\n\n";
  };
  const std::string second =
      "--- a/mm/gup.c\n+++ b/mm/gup.c\n@@ -1,3 +1,4 @@\n one\n+newer\n new\n two\n";
  const auto overlay =
      apply({write("series.mbox", mail(2, "mm: second", second) + mail(0, "cover", "") +
                                      mail(1, "mm: first", kGupPatch))});
  ASSERT_TRUE(overlay.has_value()) << overlay.error().at(0).text();
  EXPECT_EQ(subjects_,
            (std::vector<std::string>{"[PATCH 1/2] mm: first", "[PATCH 2/2] mm: second"}));
  EXPECT_TRUE(overlay->at("mm/gup.c")->bytes.starts_with("one\nnewer\nnew\ntwo\n"));
}

TEST_F(PatchSeries, AQuiltDirectoryGoesByItsSeriesFile) {
  write("quilt/series", "# order matters\nb.patch\na.patch -p0 # later\n\n");
  write("quilt/b.patch", kGupPatch);
  write("quilt/a.patch", "--- mm/gup.c\n+++ mm/gup.c\n@@ -1,3 +1,3 @@\n one\n-new\n+newer\n two\n");
  const auto overlay = apply({(root() / "quilt").string()});
  ASSERT_TRUE(overlay.has_value()) << overlay.error().at(0).text();
  EXPECT_TRUE(overlay->at("mm/gup.c")->bytes.starts_with("one\nnewer\n"));
}

TEST_F(PatchSeries, AFailureNamesPatchFileAndHunk) {
  const std::string name = write("bad.patch",
                                 "--- a/mm/gup.c\n+++ b/mm/gup.c\n@@ -1,3 +1,4 @@\n one\n+new\n "
                                 "two\n three\n@@ -7,3 +8,3 @@\n SEVEN\n-eight\n+8\n nine\n");
  const auto overlay = apply({name});
  ASSERT_FALSE(overlay.has_value());
  const base::Diagnostic& problem = overlay.error().at(0);
  EXPECT_EQ(problem.file, name);
  EXPECT_EQ(problem.line, 8);
  EXPECT_NE(problem.message.find("mm/gup.c, hunk 2"), std::string::npos) << problem.message;
}

TEST_F(PatchSeries, AMissingFileInTheTreeIsNamed) {
  const auto overlay =
      apply({write("bad.patch", "--- a/mm/gone.c\n+++ b/mm/gone.c\n@@ -1 +1 @@\n-a\n+b\n")});
  ASSERT_FALSE(overlay.has_value());
  EXPECT_NE(overlay.error().at(0).message.find("mm/gone.c"), std::string::npos);
}

TEST_F(PatchSeries, WhatIsNoPatchIsRefused) {
  EXPECT_FALSE(apply({write("text.patch", "hello\n")}).has_value());
  EXPECT_FALSE(apply({(root() / "absent.patch").string()}).has_value());
  EXPECT_FALSE(
      apply({write("evil.patch", "--- a/../../etc/x\n+++ b/../../etc/x\n@@ -0,0 +1 @@\n+x\n")})
          .has_value());
}

}  // namespace
}  // namespace kernel
