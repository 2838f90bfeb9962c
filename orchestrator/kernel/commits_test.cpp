// SPDX-License-Identifier: Apache-2.0
#include "kernel/commits.h"

#include "kernel/fake_tree.h"

namespace kernel {
namespace {

class Commits : public FakeTreeTest {
 protected:
  // a - b - m - d   with the side branch  a - c - m
  void repository() {
    shell(R"(
      git init -q -b main repo; cd repo
      git config user.name 'A Person'; git config user.email a@example.org
      commit() { echo "$1" >> "$2"; git add "$2"; git commit -q -m "$1"; git tag "$1"; }
      commit a one; commit b one
      git checkout -q -b side a; commit c two
      git checkout -q main; git merge -q --no-ff -m m side; git tag m
      commit d one)");
  }
  base::fs::path repo() const { return root() / "repo"; }
  std::string subjects(const std::vector<Commit>& commits) {
    std::string text;
    for (const Commit& commit : commits) text += commit.subject;
    return text;
  }
};

TEST_F(Commits, ARangeIsWhatBadReachesAndGoodDoesNotOldestFirst) {
  repository();
  const auto range = read_range(repo(), {"b"}, "main", runner_);
  ASSERT_TRUE(range.has_value()) << range.error().user.at(0).text();
  EXPECT_EQ(subjects(*range), "cmd");
  EXPECT_EQ(range->at(1).parents.size(), 2u);
  EXPECT_EQ(range->at(1).parents[1], range->at(0).id);
  EXPECT_EQ(range->at(2).parents, (std::vector<std::string>{range->at(1).id}));
  EXPECT_EQ(range->at(2).author, "A Person <a@example.org>");
  EXPECT_EQ(range->at(2).id.size(), 40u);
  EXPECT_TRUE(range->at(2).date.contains("T")) << range->at(2).date;
}

TEST_F(Commits, SeveralGoodRevisionsNarrowARange) {
  repository();
  EXPECT_EQ(subjects(*read_range(repo(), {"b", "c"}, "d", runner_)), "md");
  EXPECT_EQ(subjects(*read_range(repo(), {"d"}, "b", runner_)), "");
  EXPECT_EQ(subjects(*read_range(repo(), {"a"}, "d", runner_, {.first_parent = true})), "bmd");
}

TEST_F(Commits, ARevisionThatIsNotThereIsNamed) {
  repository();
  const auto range = read_range(repo(), {"nowhere"}, "-x", runner_);
  ASSERT_FALSE(range.has_value());
  ASSERT_EQ(range.error().user.size(), 2u);
  EXPECT_TRUE(range.error().user[0].message.contains("has no commit '-x'"));
  EXPECT_TRUE(range.error().user[1].message.contains("has no commit 'nowhere'"));
  const auto folder = read_range(root() / "nothing", {"a"}, "b", runner_);
  ASSERT_FALSE(folder.has_value());
  EXPECT_TRUE(folder.error().user.at(0).message.contains("there is no folder"));
  const auto plain = read_range(tree(), {"a"}, "b", runner_);
  ASSERT_FALSE(plain.has_value());
  EXPECT_TRUE(plain.error().user.at(0).message.contains("is not a git repository"));
}

TEST_F(Commits, TheChangedPathsOfACommitAreThoseAgainstItsFirstParent) {
  repository();
  EXPECT_EQ(*changed_paths(repo(), "d", runner_), (std::vector<std::string>{"one"}));
  EXPECT_EQ(*changed_paths(repo(), "m", runner_), (std::vector<std::string>{"two"}));
  EXPECT_EQ(*changed_paths(repo(), "a", runner_), (std::vector<std::string>{"one"}));
}

TEST_F(Commits, TheMergeBaseIsTheLastCommonAncestor) {
  repository();
  EXPECT_EQ(merge_bases(repo(), "b", "c", runner_)->at(0), read_commit(repo(), "a", runner_)->id);
  shell("cd repo; git checkout -q --orphan alone; git commit -q -m alone; git tag alone");
  EXPECT_TRUE(merge_bases(repo(), "alone", "d", runner_)->empty());
  EXPECT_FALSE(merge_bases(repo(), "alone", "zzz", runner_).has_value());
}

}  // namespace
}  // namespace kernel
