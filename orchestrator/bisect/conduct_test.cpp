// SPDX-License-Identifier: Apache-2.0
#include "bisect/conduct.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/file.h"
#include "bisect/git_log.h"

namespace bisect {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Plays a history. Answers run out after `patience` runs, as if the user pressed Ctrl-C.
struct Played : Oracle {
  int culprit = 0;
  int patience = 1000;
  std::vector<int> same_as_parent, untestable, infra_once;
  bool reverts = true;
  std::vector<int> tested, prepared;

  Prepared prepare(int commit) override {
    prepared.push_back(commit);
    while (std::ranges::find(same_as_parent, commit) != same_as_parent.end()) --commit;
    return {.fingerprint = "kernel " + std::to_string(commit), .answer = {}};
  }
  Observed test(int commit, const std::vector<int>&) override {
    if (--patience < 0) return {.kind = Observed::Kind::interrupted};
    tested.push_back(commit);
    if (std::erase(infra_once, commit) > 0) return {.kind = Observed::Kind::infra, .what = "no memory"};
    if (std::ranges::find(untestable, commit) != untestable.end()) return {.kind = Observed::Kind::untestable, .what = "no boot"};
    return {.kind = commit >= culprit ? Observed::Kind::failed : Observed::Kind::passed, .what = "seen"};
  }
  std::optional<Observed> test_reverted(int) override {
    if (!reverts) return std::nullopt;
    return Observed{.kind = Observed::Kind::passed, .what = "fine"};
  }
};

struct Conduct : testing::Test {
  base::TemporaryDirectory folder = base::value_or_throw(base::TemporaryDirectory::create(base::fs::temp_directory_path(), "bisect"));
  History history = History::linear(32);
  Asked asked{.history = history, .ids = {}, .good = "good", .options = {.rates = RateModel::deterministic()}};
  Conduct() {
    for (int i = 0; i < 32; ++i) asked.ids.push_back("c" + std::to_string(i));
  }
  Conducted go(Oracle& oracle) {
    Journal journal = base::value_or_throw(Journal::open(folder.path(), "q", "a question"));
    return conduct(asked, oracle, journal, [](const Step&) {});
  }
};

TEST_F(Conduct, FindsTheCulpritAndConfirmsIt) {
  Played oracle;
  oracle.culprit = 12;
  const Conducted done = go(oracle);
  EXPECT_EQ(done.verdict.culprit, 12);
  EXPECT_EQ(done.runs - done.confirming, 5);
  EXPECT_EQ(done.confirming, 1);  // the search itself has run the culprit and its parent: only taking it back is left
  EXPECT_THAT(done.confirmations, ElementsAre("c12 fails (1 of 1 runs)", "c11 passes (1 of 1 runs)",
                                              "taken back on top of the bad end: passes"));
}

TEST_F(Conduct, RunsTheEndsOfWhatItFoundThatNobodyHasRun) {
  Played oracle;
  oracle.culprit = 31;  // only the user said that it is bad
  const Conducted done = go(oracle);
  EXPECT_EQ(done.verdict.culprit, 31);
  EXPECT_EQ(done.confirming, 2);
  EXPECT_EQ(oracle.tested.back(), 31);
}

TEST_F(Conduct, DoesNotBelieveABadEndThatPasses) {
  Played oracle;
  oracle.culprit = 99;
  EXPECT_EQ(go(oracle).verdict.kind, Verdict::Kind::unresolved);
}

TEST_F(Conduct, InterruptedAnywhereGoesOnWithoutRepeatingAStep) {
  Played whole;
  whole.culprit = 20;
  const Conducted once = go(whole);
  for (int patience = 0; patience <= static_cast<int>(whole.tested.size()); ++patience) {
    base::fs::remove_all(folder.path());
    Played first;
    first.culprit = 20;
    first.patience = patience;
    go(first);
    Played second;
    second.culprit = 20;
    const Conducted done = go(second);
    EXPECT_EQ(done.verdict.culprit, once.verdict.culprit);
    std::vector<int> both = first.tested;
    both.insert(both.end(), second.tested.begin(), second.tested.end());
    EXPECT_EQ(both, whole.tested) << "interrupted after " << patience;
  }
}

TEST_F(Conduct, AnEndedOneAnswersAgainWithoutARun) {
  Played oracle;
  oracle.culprit = 3;
  go(oracle);
  Played again;
  EXPECT_EQ(go(again).verdict.culprit, 3);
  EXPECT_TRUE(again.tested.empty());
}

TEST_F(Conduct, NeverLetsTheHostDecide) {
  Played oracle;
  oracle.culprit = 12;
  oracle.infra_once = {15, 7};
  const Conducted done = go(oracle);
  EXPECT_EQ(done.verdict.culprit, 12);
  EXPECT_EQ(done.infra, 2);
  EXPECT_EQ(done.runs, 6);
}

TEST_F(Conduct, StopsWhereTheHostKeepsFailing) {
  Played oracle;
  oracle.infra_once = {15, 15, 15};
  struct Broken : Oracle {
    Prepared prepare(int) override { return {}; }
    Observed test(int, const std::vector<int>&) override { return {.kind = Observed::Kind::infra, .what = "no memory"}; }
  } broken;
  EXPECT_EQ(go(broken).host_failed, "no memory");
}

TEST_F(Conduct, ReusesTheVerdictOfTheSameBytes) {
  Played oracle;
  oracle.culprit = 12;
  oracle.same_as_parent = {13, 14, 15, 8, 9, 10, 11};
  const Conducted done = go(oracle);
  EXPECT_EQ(done.verdict.culprit, 12);
  EXPECT_GE(done.reused, 1);
  EXPECT_LT(oracle.tested.size(), 5u);
}

TEST_F(Conduct, KnowsTheBytesOfTheEnds) {
  Played oracle;
  oracle.culprit = 12;
  asked.check_ends = true;
  for (int commit = 13; commit < 32; ++commit) oracle.same_as_parent.push_back(commit);
  const Conducted done = go(oracle);
  EXPECT_EQ(done.verdict.culprit, 12);
  EXPECT_GE(done.reused, 2) << "all from the culprit on are the bad end's bytes";
}

TEST_F(Conduct, NarrowsToARangeWhenItMust) {
  Played oracle;
  oracle.culprit = 12;
  oracle.untestable = {11, 12, 13};
  const Conducted done = go(oracle);
  EXPECT_EQ(done.verdict.kind, Verdict::Kind::range);
  EXPECT_THAT(done.verdict.candidates, testing::UnorderedElementsAre(11, 12, 13, 14));
}

TEST_F(Conduct, ChecksBothEndsFirstWhereTheFailureIsToBeSeenThere) {
  Played oracle;
  oracle.culprit = 5;
  asked.check_ends = true;
  go(oracle);
  EXPECT_THAT((std::vector<int>(oracle.tested.begin(), oracle.tested.begin() + 2)), ElementsAre(31, kGoodEnd));
}

TEST_F(Conduct, ATornLastLineOfTheJournalIsCutOff) {
  Played oracle;
  oracle.culprit = 9;
  oracle.patience = 3;
  go(oracle);
  const base::fs::path file = folder.path() / "journal.jsonl";
  const std::string text = base::value_or_throw(base::read_file(file));
  ASSERT_TRUE(base::write_file_atomic(file, text + "{\"commit\":\"c3"));
  Played second;
  second.culprit = 9;
  EXPECT_EQ(go(second).verdict.culprit, 9);
  EXPECT_EQ(oracle.tested.size() + second.tested.size(), 5u);
}

TEST_F(Conduct, AJournalOfAnotherQuestionIsNotTouched) {
  Played oracle;
  go(oracle);
  EXPECT_FALSE(Journal::open(folder.path(), "another", "").has_value());
}

TEST(GitLog, ReadsWhatGitWrites) {
  const auto log = read_git_log("# bad: [aa] x\n# good: [bb] y\ngit bisect start 'aa' 'bb'\n# skip: [cc] z\ngit bisect skip cc\n"
                                "git bisect good dd\n# first bad commit: [aa] x\n", "log");
  ASSERT_TRUE(log.has_value());
  ASSERT_EQ(log->size(), 4u);
  EXPECT_EQ((*log)[0].judged, Judged::bad);
  EXPECT_EQ((*log)[1].commit, "bb");
  EXPECT_EQ((*log)[2].judged, Judged::skip);
  EXPECT_EQ((*log)[3].line, 6);
}

TEST(GitLog, ReadsOtherTerms) {
  const auto log = read_git_log("git bisect start '--term-old=fast' '--term-new' 'slow'\ngit bisect slow aa\ngit bisect fast bb\n", "log");
  ASSERT_TRUE(log.has_value());
  EXPECT_EQ((*log)[0].judged, Judged::bad);
  EXPECT_EQ((*log)[1].judged, Judged::good);
}

TEST(GitLog, RefusesWhatItDoesNotKnowWithItsLine) {
  const auto log = read_git_log("git bisect start\ngit commit -m x\n", "log");
  ASSERT_FALSE(log.has_value());
  EXPECT_EQ(log.error().front().line, 2);
  EXPECT_FALSE(read_git_log("git bisect good\n", "log").has_value());
  EXPECT_FALSE(read_git_log("git bisect skip a..b\n", "log").has_value());
}

TEST(GitLog, WritesWhatItReads) {
  const LogEntry culprit{Judged::bad, "cc", "mm: break"};
  const std::string text = git_log_text("aa", "bb", {culprit, {Judged::skip, "dd", "mm: x"}}, &culprit);
  EXPECT_THAT(text, HasSubstr("# first bad commit: [cc] mm: break\n"));
  const auto log = read_git_log(text, "log");
  ASSERT_TRUE(log.has_value());
  EXPECT_EQ(log->size(), 4u);
}

}  // namespace
}  // namespace bisect
