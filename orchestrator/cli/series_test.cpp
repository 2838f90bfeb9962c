// SPDX-License-Identifier: Apache-2.0
#include "cli/series_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/program_for_test.h"

namespace cli {
namespace {

using testing::HasSubstr;

TEST(SeriesSteps, ThePrefixesOfASeriesAreRunsOfTheirOwn) {
  SeriesPlan plan;
  plan.run.scenarios = {"my smoke.yaml"};
  plan.run.kernel = "debian:6.12";
  plan.run.machines = {"x86_64"};
  plan.run.seed = 7;
  plan.steps = {{.subject = "base"}, {.subject = "a", .patch = "/r/0001-a.patch"}, {.subject = "b", .patch = "/r/0002-b.patch"}};
  EXPECT_TRUE(step_options(plan, 0).patches.empty());
  EXPECT_THAT(step_options(plan, 2).patches, testing::ElementsAre("/r/0001-a.patch", "/r/0002-b.patch"));
  EXPECT_EQ(run_command_text(step_options(plan, 1)),
            "vmlab run 'my smoke.yaml' --kernel debian:6.12 --machine x86_64 --patch /r/0001-a.patch --seed 7");
}

TEST(SeriesSteps, ACommandOfAStepCanBeReadAgain) {
  SeriesPlan plan;
  plan.run.scenarios = {"smoke"};
  plan.run.tests = {"mm/gup test -u", "mm/cow"};
  plan.run.retries = 0;
  plan.repository = "/src/linux";
  plan.steps = {{.id = "0123"}, {.id = "4567"}};
  Session session;
  const RunOptions again = parse_run_command(session, run_command_text(step_options(plan, 1)));
  EXPECT_EQ(again.kernel, "git:/src/linux#4567");
  EXPECT_EQ(again.tests, plan.run.tests);
  EXPECT_EQ(again.retries, 0);
}

class SeriesFolder : public ::testing::Test {
 protected:
  SeriesFolder() : folder_(base::TemporaryDirectory::create(base::fs::temp_directory_path(), "vmlab-test-").value()) {}
  std::string file(const std::string& name, const std::string& text) {
    const base::fs::path path = folder_.path() / name;
    base::fs::create_directories(path.parent_path());
    EXPECT_TRUE(base::write_file_atomic(path, text).has_value());
    return path.string();
  }
  base::TemporaryDirectory folder_;
};

TEST_F(SeriesFolder, AJournalIsReadAsItWasWritten) {
  Journal journal{.id = "i", .command = "vmlab series x", .directory = "/d", .started_at = "t", .title = "a \"title\"", .base = "debian:6.12",
                  .remarks = {"one"}, .steps = {}};
  JournalStep step{.id = "c", .subject = "s", .author = "a", .temporary = "--temporary", .content = "h", .patch = "p", .touched = {"mm/gup.c"},
                   .same_as = {{"arm64", 3}}, .run = "r", .done = true};
  step.builds["x86_64"] = {.build = {.state = compare::StepBuild::State::failed, .reason = "error", .warnings = {"w"}, .compiled = {"mm/gup.o"}},
                           .key = "k", .image_sha256 = "i", .modules = true};
  journal.steps.push_back(step);
  const base::fs::path path = folder_.path() / "i.json";
  ASSERT_TRUE(write_journal(path, journal).has_value());
  const auto read = read_journal(path);
  ASSERT_TRUE(read.has_value()) << read.error().text();
  EXPECT_EQ(read->title, journal.title);
  EXPECT_EQ(read->remarks, journal.remarks);
  ASSERT_EQ(read->steps.size(), 1u);
  const JournalStep& again = read->steps.front();
  EXPECT_EQ(again.content, "h");
  EXPECT_EQ(again.patch, "p");
  EXPECT_EQ(again.touched, step.touched);
  EXPECT_EQ(again.same_as, step.same_as);
  EXPECT_TRUE(again.done);
  EXPECT_EQ(again.builds.at("x86_64").build, step.builds.at("x86_64").build);
  EXPECT_TRUE(again.builds.at("x86_64").modules);
  EXPECT_FALSE(read_journal(file("other.json", "{\"version\":99}")).has_value());
  EXPECT_FALSE(read_journal(file("half.json", "{\"version\":1")).has_value());
}

class SeriesCommand : public SeriesFolder {
 protected:
  std::string scenario() { return file("s.yaml", "name: s\nkernel: debian:6.12\nmachines: [x86_64]\ntests:\n  - run: mkdirty\n"); }
  ProgramEnd series(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "series");
    arguments.insert(arguments.end(), {"--results", (folder_.path() / "results").string()});
    return run_program(arguments);
  }
  // A patch that does not apply is told before anything is built or stored.
  std::string tree() {
    file("tree/Makefile", "VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 3\nEXTRAVERSION =\n");
    file("tree/Kconfig", "config MMU\n\tbool \"MMU\"\n");
    file("tree/mm/gup.c", "one\ntwo\nthree\n");
    return "dir:" + (folder_.path() / "tree").string();
  }
  static std::string change(const std::string& from, const std::string& to) {
    return "--- a/mm/gup.c\n+++ b/mm/gup.c\n@@ -1,3 +1,3 @@\n-" + from + "\n+" + to + "\n two\n three\n";
  }
};

TEST_F(SeriesCommand, WantsOneScenarioAndOneSeries) {
  const std::string path = scenario(), patch = file("a.patch", change("one", "1"));
  const auto expect = [&](std::vector<std::string> arguments, const std::string& words) {
    const ProgramEnd end = series(std::move(arguments));
    EXPECT_EQ(end.code, 2) << end.errors;
    EXPECT_THAT(end.errors, HasSubstr(words));
  };
  expect({"--patches", patch}, "no scenario is given");
  expect({path}, "no series is given");
  expect({path, "--patches", patch, "--repo", "x"}, "are two different series");
  expect({path, "--repo", "x"}, "belong together");
  expect({path, "--repo", (folder_.path() / "none").string(), "--range", "a..b"}, "there is no folder");
  expect({path, "--patches", "/nowhere"}, "there is no such file or folder");
  expect({path, "--patches", patch, "--kernel", "prebuilt:debian:6.12-cloud"}, "cannot be patched");
  expect({path, "--patches", patch, "--kernel", tree(), "--temporary", "2"}, "names no patch of this series");
  expect({"--resume", "last"}, "no series is called last");
}

TEST_F(SeriesCommand, AllPrefixesMustApplyBeforeAnythingIsBuilt) {
  file("q/series", "a.patch\nb.patch\n");
  file("q/a.patch", change("one", "1"));
  const std::string bad = file("q/b.patch", change("one", "2"));
  const ProgramEnd end = series({scenario(), "--patches", (folder_.path() / "q").string(), "--kernel", tree()});
  EXPECT_EQ(end.code, 2) << end.errors;
  EXPECT_THAT(end.errors, HasSubstr(bad + ":3: patch 2 of 2: patch"));
  EXPECT_FALSE(base::fs::exists(folder_.path() / "results" / "results.db"));
  EXPECT_TRUE(!base::fs::exists(folder_.path() / "results" / "series") || base::fs::is_empty(folder_.path() / "results" / "series"));
}

}  // namespace
}  // namespace cli
