// SPDX-License-Identifier: Apache-2.0
// testdata/heads.tsv: every head line with the title it gives in front of one and the same trace,
// whose first meaningful function is foo_func. "-" stands for no report.
#include <gtest/gtest.h>

#include "base/file.h"
#include "base/text.h"
#include "triage/triage.h"

namespace {

std::string with_trace(std::string_view head) {
  std::string text;
  for (std::string_view line :
       {head, std::string_view("CPU: 0 UID: 0 PID: 12 Comm: sh Not tainted 6.12.117 #1"),
        std::string_view("Call Trace:"), std::string_view(" <TASK>"),
        std::string_view(" dump_stack_lvl+0x1/0x2"), std::string_view(" foo_func+0x1/0x2"),
        std::string_view(" bar_func+0x1/0x2"), std::string_view(" </TASK>")})
    text += "[   10.000001] " + std::string(line) + "\n";
  return text;
}

TEST(TriageHeads, EveryHeadGivesItsTitle) {
  auto table = base::read_file(VMLAB_SOURCE_DIR "/orchestrator/triage/testdata/heads.tsv");
  ASSERT_TRUE(table) << table.error().text();
  triage::Options options{.matcher = triage::make_matcher()};
  int heads = 0;
  for (std::string_view line : base::split_lines(*table)) {
    auto tab = line.find('\t');
    ASSERT_NE(tab, std::string_view::npos) << line;
    auto reports = triage::triage_text(with_trace(line.substr(tab + 1)), options);
    EXPECT_LE(reports.size(), 1u) << line;
    EXPECT_EQ(reports.empty() ? "-" : reports[0].title, line.substr(0, tab))
        << line.substr(tab + 1);
    ++heads;
  }
  EXPECT_GE(heads, 200);
}

}  // namespace
