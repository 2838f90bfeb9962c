// SPDX-License-Identifier: Apache-2.0
#include "triage/triage.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/text.h"
#include "triage/json.h"

namespace {

using triage::triage_text;

constexpr std::string_view kWarning =
    "[   21.340200] WARNING: CPU: 0 PID: 97 at mm/memory.c:2184 insert_page+0x1d4/0x1f0\n"
    "[   21.341000] RIP: 0010:insert_page+0x1d4/0x1f0\n"
    "[   21.342700] Call Trace:\n"
    "[   21.343800]  vm_insert_page+0x10c/0x2c0\n"
    "[   21.346000] ---[ end trace 0000000000000000 ]---\n";

TEST(Triage, AnEmptyTextHasNoReports) {
  EXPECT_TRUE(triage_text("").empty());
  EXPECT_TRUE(triage_text("\n\n\n").empty());
  EXPECT_TRUE(triage_text(std::string(100000, 'x')).empty());
}

TEST(Triage, AReportIsAnnouncedWhenItsHeadIsSeenAndDeliveredWhenItEnds) {
  triage::Triage triage;
  std::vector<std::string> events;
  triage.on_open([&](const triage::Opened& opened) {
    events.push_back("open " + std::to_string(opened.line));
  });
  triage.on_report([&](const triage::Report& report) { events.push_back(report.title); });
  triage.feed(kWarning.substr(0, 90));
  EXPECT_EQ(events, std::vector<std::string>{"open 1"});
  EXPECT_TRUE(triage.anything_open());
  triage.feed(kWarning.substr(90));
  triage.flush();
  EXPECT_EQ(events, (std::vector<std::string>{"open 1", "WARNING in insert_page"}));
  EXPECT_FALSE(triage.anything_open());
}

TEST(Triage, AFloodOfReportsIsCountedBeyondTheLimit) {
  triage::Options options;
  options.max_reports = 3;
  triage::Triage triage(options);
  for (int i = 0; i < 10; ++i) triage.feed(kWarning);
  EXPECT_EQ(triage.finish().size(), 3u);
  EXPECT_EQ(triage.dropped(), 7u);
}

TEST(Triage, AnEndlessLineIsCut) {
  triage::Triage triage;
  triage.feed("[    1.000000] BUG: Bad rss-counter state mm:");
  for (int i = 0; i < 1000; ++i) triage.feed(std::string(10000, 'a'));
  triage.feed("\n");
  auto reports = triage.finish();
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].title, "BUG: Bad rss-counter state");
}

TEST(Triage, GuestTextInATitleIsHarmless) {
  auto reports =
      triage_text("[    1.000000] BUG: \x1b[31mevil\x07 \xff\xfe text 0xffff888012345678 99\n");
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].title, "BUG: evil? ?? text ADDR NUM");
}

TEST(Triage, ARestartTheOwnerAskedForIsNoReport) {
  std::string boot = "[    0.000000] Linux version 6.12.117 (x@y) #1\n";
  std::string text = boot + "[    1.000000] Run /init as init process\n";
  for (int i = 0; i < 20; ++i) text += "[    2.000000] something\n";
  text += boot;
  ASSERT_EQ(triage_text(text).size(), 1u);
  triage::Options options;
  options.report_reboots = false;
  EXPECT_TRUE(triage_text(text, options).empty());
}

TEST(Triage, ASecondBootHasItsOwnReports) {
  std::string boot = "[    0.000000] Linux version 6.12.117 (x@y) #1\n";
  std::string died =
      "[    5.000000] BUG: kernel NULL pointer dereference, address: 0000000000000018\n"
      "[    5.000000] RIP: 0010:foo_one+0x1/0x2\n[    5.000000] Kernel panic - not syncing: Fatal "
      "exception\n";
  auto reports = triage_text(boot + died + boot + died);
  ASSERT_EQ(reports.size(), 2u);
  EXPECT_EQ(reports[0].title, reports[1].title);
}

TEST(Triage, TheJsonHoldsTheContractsKeys) {
  std::string json = triage::to_json(triage_text(kWarning));
  for (auto key : {"\"reports\"", "\"title\"", "\"kind\"", "\"start_line\"", "\"end_line\"",
                   "\"corrupted\"", "\"signature\""})
    EXPECT_NE(json.find(key), std::string::npos) << key;
  EXPECT_EQ(triage::to_json({}), "{\"reports\":[]}\n");
}

long resident_megabytes() {
  std::ifstream status("/proc/self/statm");
  long pages = 0, resident = 0;
  status >> pages >> resident;
  return resident / 256;
}

TEST(Triage, MemoryStaysBoundedWhateverTheConsoleSays) {
  std::string piece;
  for (int i = 0; i < 1000; ++i) {
    piece +=
        "[  100.000000] MCE: Killing uffd-unit-tests:171 due to hardware memory corruption fault "
        "at 7f5d3aa00000\n";
    if (i % 100 == 0) piece += kWarning;
  }
  triage::Options options;
  options.max_reports = 100;
  triage::Triage triage(options);
  for (int i = 0; i < 10; ++i) triage.feed(piece);
  long before = resident_megabytes();
  for (int i = 0; i < 60; ++i) triage.feed(piece);
  // The sanitizer's quarantine is part of it; the benchmark measures 1 GB without.
  EXPECT_LT(resident_megabytes() - before, 48);
  EXPECT_EQ(triage.finish().size(), 100u);
  EXPECT_EQ(triage.dropped(), 600u);
}

}  // namespace
