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

// The same warning at another time.
std::string warning_at(int second) {
  std::string text(kWarning);
  char stamp[16];
  std::snprintf(stamp, sizeof stamp, "[%5d.", second);
  for (std::size_t at = 0; (at = text.find("[   21.", at)) != std::string::npos; at += 7)
    text.replace(at, 7, stamp);
  return text;
}

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
  for (int i = 0; i < 10; ++i) triage.feed(warning_at(i));
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

std::string boot_text(int jitter) {
  std::string text =
      "[    0.000000] Linux version 6.12.117 (x@y) #1\n[    0.000000] Command line: "
      "console=ttyS0\n";
  for (int i = 1; i < 30; ++i)
    text += "[    0." + std::to_string(100000 + i * 7919 + jitter) + "] line " + std::to_string(i) +
            "\n";
  return text + "[    1." + std::to_string(200000 + jitter) + "] Run /init as init process\n";
}

TEST(Triage, ALogThatIsPrintedAgainIsNoRebootAndItsReportsCountOnce) {
  const std::string boot = boot_text(0) + std::string(kWarning);
  for (const std::string command :
       {"# dmesg\n", "=== the kernel's log ===\n", "+ journalctl -k\n"}) {
    const auto reports = triage_text(boot + command + boot + "# poweroff\n");
    ASSERT_EQ(reports.size(), 1u) << command << reports.back().title;
    EXPECT_EQ(reports[0].title, "WARNING in insert_page");
  }
  const std::string version = "Linux version 6.12.117 (x@y) #1\n";
  EXPECT_TRUE(
      triage_text(boot_text(0) + "debian login: root\n" + version + "root@debian:~# ls\n").empty());
  EXPECT_TRUE(triage_text(boot_text(0) + "# cat /proc/version\n" + version).empty());
}

TEST(Triage, AMachineThatStartsAgainIsAReportHoweverItsBootLooks) {
  for (const std::string& text :
       {boot_text(0) + "[    9.000000] x\n" + boot_text(5),
        boot_text(0) + "ok 1 cow\n" + boot_text(5),
        boot_text(0) + "SeaBIOS (version 1.16.2)\n\n" + boot_text(0),
        boot_text(0) + "[    9.000000] x\n[    0.000000] Linux version 6.12.117 (x@y) #1\n"}) {
    const auto reports = triage_text(text);
    ASSERT_EQ(reports.size(), 1u);
    EXPECT_EQ(reports[0].title, "unexpected kernel reboot");
  }
}

TEST(Triage, TwoConsolesThatSayTheSameGiveOneReport) {
  std::string doubled;
  for (std::string_view line : base::split_lines(kWarning))
    doubled += std::string(line) + "\n" + std::string(line) + "\n";
  EXPECT_EQ(triage_text(doubled).size(), 1u);
}

TEST(Triage, AnInitThatTheOomKillerChoseIsOneReport) {
  const auto reports = triage_text(
      "[    5.000001] Out of memory: Killed process 1 (init) total-vm:1000kB, anon-rss:900kB\n"
      "[    5.000002] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000009\n");
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].title, "Out of memory: Killed process init");
}

TEST(Triage, AMultiplexersNameBeforeEveryLineIsTakenOff) {
  for (const std::string name : {"vm0: ", "[node1] ", "ttyS0| ", "guest-3 | "}) {
    std::string text;
    for (std::string_view line : base::split_lines(kWarning))
      text += name + std::string(line.substr(line.find("] ") + 2)) + "\n";
    const auto reports = triage_text(text);
    ASSERT_EQ(reports.size(), 1u) << name;
    EXPECT_EQ(reports[0].title, "WARNING in insert_page") << name;
    EXPECT_FALSE(reports[0].corrupted) << name;
  }
}

TEST(Triage, ASymbolisedHeadThatMailBrokeIsOneReport) {
  const auto reports = triage_text(
      "[    5.000001] BUG: KASAN: slab-use-after-free in instrument_atomic_write\n"
      "include/linux/instrumented.h:82 [inline]\n"
      "[    5.000002] BUG: KASAN: slab-use-after-free in atomic_dec\n"
      "include/linux/atomic/atomic-instrumented.h:592 [inline]\n"
      "[    5.000003] BUG: KASAN: slab-use-after-free in foo_release+0x12/0x34 fs/foo.c:12\n"
      "[    5.000004] Write of size 4 at addr ffff888012345678 by task a/12\n"
      "[    5.000005] Call Trace:\n[    5.000006]  foo_release+0x12/0x34 fs/foo.c:12\n");
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].title, "KASAN: slab-use-after-free Write in foo_release");
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
  int second = 0;
  const auto piece = [&second] {
    std::string text;
    for (int i = 0; i < 1000; ++i) {
      text +=
          "[  100.000000] MCE: Killing uffd-unit-tests:171 due to hardware memory corruption fault "
          "at 7f5d3aa00000\n";
      if (i % 100 == 0) text += warning_at(++second);
    }
    return text;
  };
  triage::Options options;
  options.max_reports = 100;
  triage::Triage triage(options);
  for (int i = 0; i < 10; ++i) triage.feed(piece());
  long before = resident_megabytes();
  for (int i = 0; i < 60; ++i) triage.feed(piece());
  // The sanitizer's quarantine is part of it; the benchmark measures 1 GB without.
  EXPECT_LT(resident_megabytes() - before, 48);
  EXPECT_EQ(triage.finish().size(), 100u);
  EXPECT_EQ(triage.dropped(), 600u);
}

}  // namespace
