// SPDX-License-Identifier: Apache-2.0
#include "lab/request_note.h"

#include <gtest/gtest.h>

namespace lab {
namespace {

RunRequest request() {
  auto scenario = std::make_shared<model::Scenario>();
  scenario->name = "bad";
  scenario->file = "bad.yaml";
  scenario->expects = {{.test = "mm/a", .machine = "*", .outcome = "crash"}};
  scenario::JobRequest job;
  job.scenario = scenario;
  job.machine = model::find_machine("x86_64");
  job.kernel.source = {.kind = model::SourceRef::Kind::debian, .location = "6.12", .revision = {}};
  job.kernel.patches = {"patches/oops.patch"};
  job.selftests.source = job.kernel.source;
  job.selftests.patches = {"lost.patch"};
  job.tests = {{.id = "mm/a", .program = "a"}};
  RunRequest out;
  out.jobs = {job};
  return out;
}

}  // namespace

TEST(RequestNote, ComesBackAsItWasWritten) {
  const auto folder = base::TemporaryDirectory::create(base::fs::temp_directory_path(), "note").value();
  const RequestNote note = note_of(request());
  ASSERT_TRUE(write_note(folder.path(), note));
  const auto read = read_note(folder.path());
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->lines, note.lines);
  EXPECT_EQ(read->directory, base::fs::current_path().string());
  ASSERT_EQ(read->expects.size(), 1u);
  EXPECT_EQ(read->expects[0].patches, std::vector<std::string>{"oops.patch"});
  EXPECT_EQ(read->expects[0].selftests, "debian:6.12+lost.patch");
  EXPECT_EQ(read->expects[0].expects, request().jobs[0].scenario->expects);
  EXPECT_FALSE(difference(*read, note_of(request())));
}

TEST(RequestNote, SaysWhatIsDifferentNow) {
  RunRequest longer = request();
  longer.jobs[0].tests[0].limit = std::chrono::seconds(7);
  EXPECT_NE(difference(note_of(request()), note_of(longer))->find("test mm/a"), std::string::npos);
  RunRequest fewer = request();
  fewer.jobs[0].tests.clear();
  EXPECT_NE(difference(note_of(request()), note_of(fewer))->find("not so any more: x86_64 of bad: test mm/a"),
            std::string::npos);
}

TEST(RequestNote, APatchThatChangedItsContentIsAnotherRequest) {
  const auto folder = base::TemporaryDirectory::create(base::fs::temp_directory_path(), "note").value();
  RunRequest asked = request();
  asked.jobs[0].kernel.patches = {(folder.path() / "x.patch").string()};
  ASSERT_TRUE(base::write_file_atomic(asked.jobs[0].kernel.patches[0], "one"));
  const RequestNote before = note_of(asked);
  ASSERT_TRUE(base::write_file_atomic(asked.jobs[0].kernel.patches[0], "two"));
  EXPECT_TRUE(difference(before, note_of(asked)));
}

TEST(RequestNote, NoneOrABrokenOneIsAnError) {
  const auto folder = base::TemporaryDirectory::create(base::fs::temp_directory_path(), "note").value();
  EXPECT_FALSE(read_note(folder.path()));
  for (const char* text : {"", "[1]", "{\"version\":99}", "{"}) {
    ASSERT_TRUE(base::write_file_atomic(folder.path() / "request.json", text));
    EXPECT_FALSE(read_note(folder.path())) << text;
  }
}

}  // namespace lab
