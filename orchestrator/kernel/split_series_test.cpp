// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/text.h"
#include "kernel/choose_messages.h"
#include "kernel/commits.h"
#include "kernel/fake_tree.h"

namespace kernel {
namespace {

std::string change(const std::string& from, const std::string& to) {
  return "--- a/mm/gup.c\n+++ b/mm/gup.c\n@@ -1,3 +1,3 @@\n-" + from + "\n+" + to + "\n two\n three\n";
}

std::string mail(const std::string& subject, const std::string& body, const std::string& diff) {
  return "From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\nFrom: A Person <a@example.org>\n"
         "Date: Mon, 1 Jan 2024 00:00:00 +0000\nSubject: " + subject + "\n\n" + body + "\n" +
         (diff.empty() ? "" : "---\n mm/gup.c | 2 +-\n\n" + diff) + "-- \n2.39\n\n";
}

class SplitSeries : public FakeTreeTest {
 protected:
  std::expected<Series, base::Diagnostics> split(const std::vector<std::string>& names) {
    return split_series(names, root() / "split", runner_);
  }
  std::string subjects(const Series& series) {
    std::string text;
    for (const SeriesPatch& patch : series.patches) text += patch.subject + ";";
    return text;
  }
  std::string error(const std::vector<std::string>& names) {
    const auto series = split(names);
    if (series) return "none";
    std::string text;
    for (const base::Diagnostic& problem : series.error()) text += problem.message + ";";
    return text;
  }
};

TEST_F(SplitSeries, MailsInAnyOrderBecomeFilesInTheSeriesOrder) {
  const auto series = split({write("a.mbox", mail("[PATCH v3 2/2] mm: second", "Why.", change("ONE", "1")) +
                                                 mail("[PATCH v3 0/2] mm: counting", "Hello.\n\nbase-commit: 0123456789abcdef0123456789abcdef01234567\nprerequisite-patch-id: 1123456789abcdef0123456789abcdef01234567", "") +
                                                 mail("Re: [PATCH v3 1/2] mm: first", "> --- a/x\nFine.", "") +
                                                 mail("[PATCH v3 1/2] mm: first", "Why.", change("one", "ONE")))});
  ASSERT_TRUE(series.has_value()) << series.error().at(0).text();
  EXPECT_EQ(subjects(*series), "mm: first;mm: second;");
  EXPECT_EQ(series->title, "mm: counting");
  EXPECT_EQ(series->version, 3);
  EXPECT_EQ(series->base_commit, "0123456789abcdef0123456789abcdef01234567");
  EXPECT_EQ(series->prerequisites.size(), 1u);
  EXPECT_TRUE(series->remarks.empty());
  EXPECT_EQ(series->patches[0].file.filename(), "0001-mm-first.patch");
  EXPECT_EQ(series->patches[0].author, "A Person <a@example.org>");
  EXPECT_TRUE(series->patches[0].origin.ends_with("a.mbox"));
  EXPECT_GT(series->patches[0].origin_line, series->patches[1].origin_line);
}

TEST_F(SplitSeries, ThePrefixesOfASeriesApplyAndGiveTheSameTreeAsTheWhole) {
  const std::string mbox = write("a.mbox", mail("[PATCH 1/2] mm: first", "", change("one", "ONE")) +
                                               mail("[PATCH 2/2] mm: second", "", change("ONE", "1")));
  const auto series = split({mbox});
  ASSERT_TRUE(series.has_value());
  const auto identity = [&](const std::vector<std::string>& names) {
    auto patches = read_patches(names, runner_);
    Overlay overlay;
    EXPECT_TRUE(apply_patches(*pristine_tree(tree(), "fake", "fake"), *patches, overlay, runner_).has_value());
    return overlay_identity(overlay);
  };
  EXPECT_EQ(identity({series->patches[0].file, series->patches[1].file}), identity({mbox}));
  EXPECT_NE(identity({series->patches[0].file}), identity({mbox}));
}

TEST_F(SplitSeries, ThePatchesOfAQuiltDirectoryKeepTheirOrderAndDepth) {
  write("q/series", "# why\nb.patch\na.patch -p0 # temporary until the next one\n");
  write("q/b.patch", mail("[PATCH 7/9] mm: b", "", change("one", "ONE")));
  write("q/a.patch", "Index: mm/gup.c\n--- mm/gup.c\n+++ mm/gup.c\n@@ -1,2 +1,2 @@\n-ONE\n+--- x\n two\n");
  const auto series = split({(root() / "q").string()});
  ASSERT_TRUE(series.has_value()) << series.error().at(0).text();
  EXPECT_EQ(subjects(*series), "mm: b;a.patch;");
  EXPECT_EQ(series->patches[1].file.filename(), "0002-a.patch");
  EXPECT_EQ(series->patches[0].temporary, "");
  EXPECT_EQ(series->patches[1].temporary, "its comment in the series file");
  EXPECT_EQ(*base::read_file(series->patches[1].file),
            "Index: mm/gup.c\n--- a/mm/gup.c\n+++ b/mm/gup.c\n@@ -1,2 +1,2 @@\n-ONE\n+--- x\n two\n");
}

TEST_F(SplitSeries, AMissingNumberIsNamed) {
  EXPECT_EQ(error({write("a.mbox", mail("[PATCH 1/3] a", "", change("one", "1")) +
                                       mail("[PATCH 3/3] c", "", change("1", "2")))}),
            "patch 2/3 is missing;");
}

TEST_F(SplitSeries, TwoPatchesOfOneNumberAreAMistakeUnlessTheyAreTheSame) {
  const std::string one = mail("[PATCH 1/2] a", "", change("one", "1")), two = mail("[PATCH 2/2] b", "", change("1", "2"));
  const auto same = split({write("a.mbox", one + two + two)});
  ASSERT_TRUE(same.has_value());
  EXPECT_EQ(subjects(*same), "a;b;");
  EXPECT_EQ(same->remarks, (std::vector<std::string>{"patch 2/2 is there twice and the same: one is taken"}));
  EXPECT_TRUE(error({write("b.mbox", one + two + mail("[PATCH 2/2] B", "", change("1", "3")))}).contains("patch 2/2 is there twice, and they differ"));
}

TEST_F(SplitSeries, OfSeveralVersionsTheNewestWholeOneIsTaken) {
  const std::string old = mail("[PATCH 1/2] a", "", change("one", "1")) + mail("[PATCH 2/2] b", "", change("1", "2"));
  const std::string v2 = mail("[PATCH v2 1/1] a and b", "", change("one", "2"));
  const auto newest = split({write("a.mbox", v2 + old)});
  ASSERT_TRUE(newest.has_value());
  EXPECT_EQ(subjects(*newest), "a and b;");
  EXPECT_EQ(newest->remarks, (std::vector<std::string>{"there are 2 versions: v2 is taken, the newest"}));
  const auto whole = split({write("b.mbox", old + mail("[PATCH v2 2/3] b", "", change("1", "3")))});
  ASSERT_TRUE(whole.has_value());
  EXPECT_EQ(subjects(*whole), "a;b;");
  EXPECT_EQ(whole->remarks, (std::vector<std::string>{"v2 is not whole (missing: 1, 3 of 3): v1 is taken"}));
}

TEST_F(SplitSeries, TwoSeriesInOneMailboxAreAMistake) {
  EXPECT_EQ(error({write("a.mbox", mail("[PATCH 1/1] a", "", change("one", "1")) + mail("[PATCH 1/2] b", "", change("one", "1")) +
                                       mail("[PATCH 2/2] c", "", change("1", "2")))}),
            "there are two series: one of 1 patches ('a') and one of 2 ('b');");
}

TEST_F(SplitSeries, ADiffInAnAnswerIsLeftOutAndSaid) {
  const auto series = split({write("a.mbox", mail("[PATCH 1/1] a", "", change("one", "1")) +
                                                 mail("Re: [PATCH 1/1] a", "How about this?", change("one", "2")))});
  ASSERT_TRUE(series.has_value());
  EXPECT_EQ(subjects(*series), "a;");
  EXPECT_EQ(series->remarks, (std::vector<std::string>{"'Re: [PATCH 1/1] a' is left out: it has a diff, but is an answer"}));
}

TEST_F(SplitSeries, OnePatchAloneIsTakenWhateverItsNumber) {
  const auto series = split({write("a.patch", mail("[PATCH 3/7] a", "", change("one", "1")))});
  ASSERT_TRUE(series.has_value());
  EXPECT_EQ(subjects(*series), "a;");
}

TEST_F(SplitSeries, AFolderOfFormatPatchHasItsCoverLetter) {
  write("f/v2-0000-cover-letter.patch", mail("[PATCH v2 0/2] the title", "base-commit: abcdef0123456", ""));
  write("f/v2-0001-a.patch", mail("[PATCH v2 1/2] a", "", change("one", "1")));
  write("f/v2-0002-b.patch", mail("[PATCH v2 2/2] b", "", change("1", "2")));
  const auto series = split({(root() / "f").string()});
  ASSERT_TRUE(series.has_value()) << series.error().at(0).text();
  EXPECT_EQ(subjects(*series), "a;b;");
  EXPECT_EQ(series->title, "the title");
  EXPECT_EQ(series->base_commit, "abcdef0123456");
}

TEST_F(SplitSeries, ABaseCommitBelowTheFirstPatchCounts) {
  const auto series = split({write("a.mbox", mail("[PATCH] a", "", change("one", "1") + "\nbase-commit: abcdef0123456\n"))});
  ASSERT_TRUE(series.has_value());
  EXPECT_EQ(series->base_commit, "abcdef0123456");
}

TEST_F(SplitSeries, APatchThatDoesNotApplyIsNamedAsTheUserHasIt) {
  const std::string mbox = write("a.mbox", mail("[PATCH 1/2] a", "", change("one", "1")) + mail("[PATCH 2/2] b", "", change("two", "2")));
  const auto series = split({mbox});
  ASSERT_TRUE(series.has_value());
  auto patches = read_patches({series->patches[0].file, series->patches[1].file}, runner_);
  Overlay overlay;
  auto applied = apply_patches(*pristine_tree(tree(), "fake", "fake"), *patches, overlay, runner_);
  ASSERT_FALSE(applied.has_value());
  name_origins(*series, applied.error());
  EXPECT_EQ(applied.error()[0].file, mbox);
  EXPECT_EQ(applied.error()[0].line, 31) << applied.error()[0].text();
  EXPECT_TRUE(applied.error()[0].message.starts_with("patch 2 of 2: ")) << applied.error()[0].message;
}

TEST_F(SplitSeries, TemporaryPatchesAreMarkedByNumber) {
  auto series = split({write("a.mbox", mail("[PATCH 1/2] a", "", change("one", "1")) + mail("[PATCH 2/2] b", "", change("1", "2")))});
  ASSERT_TRUE(series.has_value());
  EXPECT_TRUE(mark_temporary(*series, "2").has_value());
  EXPECT_EQ(series->patches[1].temporary, "--temporary");
  EXPECT_EQ(series->patches[0].temporary, "");
  EXPECT_TRUE(mark_temporary(*series, "1-2").has_value());
  EXPECT_EQ(series->patches[0].temporary, "--temporary");
  EXPECT_EQ(mark_temporary(*series, "0,1,x,3").error().size(), 3u);
}

TEST_F(SplitSeries, ABaseThatIsNotTheSourceIsSaid) {
  shell("git init -q -b main repo; cd repo; git config user.name A; git config user.email a@b;"
        "echo 1 > f; git add f; git commit -q -m first; git tag first; echo 2 > f; git commit -q -a -m second");
  const std::string repo = (root() / "repo").string();
  Series series;
  const model::SourceRef head{model::SourceRef::Kind::git, repo, ""}, debian{model::SourceRef::Kind::debian, "6.12", ""};
  EXPECT_TRUE(base_remarks(series, head, runner_).empty());
  series.base_commit = read_commit(repo, "HEAD", runner_)->id;
  EXPECT_TRUE(base_remarks(series, head, runner_).empty());
  EXPECT_TRUE(base_remarks(series, debian, runner_).at(0).contains("is no git repository"));
  series.base_commit = read_commit(repo, "first", runner_)->id;
  EXPECT_TRUE(base_remarks(series, head, runner_).at(0).contains("('first'), but is applied to"));
  series.base_commit = "0123456789abcdef0123456789abcdef01234567";
  EXPECT_TRUE(base_remarks(series, head, runner_).at(0).contains("does not have"));
}

TEST(SubjectsOfPatches, SayVersionAndTemporary) {
  EXPECT_EQ(version_of_subject("[PATCH v3 07/16] x"), 3);
  EXPECT_EQ(version_of_subject("[RFC PATCHv12 07/16] x"), 12);
  EXPECT_EQ(version_of_subject("[RESEND][PATCH mm-unstable V2] x"), 2);
  EXPECT_EQ(version_of_subject("[PATCH 1/2] v4 is here"), 1);
  EXPECT_EQ(plain_subject("[PATCH v3 07/16] [TEMPORARY] mm: x"), "mm: x");
  EXPECT_EQ(temporary_words("[PATCH v3 07/16] [TEMPORARY] mm: x"), "[TEMPORARY]");
  EXPECT_EQ(temporary_words("[PATCH DONOTMERGE 07/16] mm: x"), "[PATCH DONOTMERGE 07/16]");
  EXPECT_EQ(temporary_words("[PATCH 1/2] DO NOT MERGE: mm: x"), "DO NOT MERGE:");
  EXPECT_EQ(temporary_words("[PATCH][NOT-FOR-MERGE] mm: x"), "[NOT-FOR-MERGE]");
  EXPECT_EQ(temporary_words("[PATCH] mm: temporary mapping of pages"), "");
  EXPECT_EQ(temporary_words("[PATCH] Documentation: do not merge VMAs: how"), "");
  EXPECT_TRUE(is_answer("Re: [PATCH] x"));
  EXPECT_FALSE(is_answer("[PATCH] Re: x"));
}

}  // namespace
}  // namespace kernel
