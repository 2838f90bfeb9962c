// SPDX-License-Identifier: Apache-2.0
#include "channel/kernel_log.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace channel {

TEST(KernelLog, PrintsALineThatBothHaveOnce) {
  KernelLog log;
  EXPECT_EQ(log.add_console("SeaBIOS\n[    0.000001] Linux version 6.12\r\n[    1.5000"),
            "SeaBIOS\n[    0.000001] Linux version 6.12\n");
  EXPECT_EQ(log.add_records(0, "6,0,1,-;Linux version 6.12\n7,1,2,-;a debug line\n6,2,1500000,-;Freeing\n"),
            "[    0.000002] a debug line\n[    1.500000] Freeing\n");
  EXPECT_EQ(log.add_console("00] Freeing\n"), "") << "the agent was faster";
  EXPECT_EQ(log.text(), "SeaBIOS\n[    0.000001] Linux version 6.12\n[    0.000002] a debug line\n[    1.500000] Freeing\n");
  EXPECT_EQ(log.missing_records(), 0u);
}

TEST(KernelLog, KeepsEqualLinesApart) {
  KernelLog log;
  log.add_console("[    1.000000] x\n[    1.000000] x\n");
  EXPECT_EQ(log.add_records(0, "4,0,1000000,-;x\n4,1,1000000,-;x\n4,2,1000000,-;x\n"), "[    1.000000] x\n");
  EXPECT_EQ(log.text(), "[    1.000000] x\n[    1.000000] x\n[    1.000000] x\n");
}

TEST(KernelLog, UnfoldsEscapesAndRecordsOfSeveralLinesAsTheConsolePrintsThem) {
  KernelLog log;
  log.add_console("[    2.000000] one\n[    2.000000] two \\ \xc3\xa9\n");
  EXPECT_EQ(log.add_records(0, "4,0,2000000,-;one\\x0atwo \\x5c \\xc3\\xa9\n SUBSYSTEM=pci\n"), "");
  EXPECT_EQ(log.text(), "[    2.000000] one\n[    2.000000] two \\ \xc3\xa9\n");
}

TEST(KernelLog, KnowsAStampWithItsCaller) {
  KernelLog log;
  log.add_console("[    2.000000][   T12] hi\n");
  EXPECT_EQ(log.add_records(0, "4,0,2000000,-,caller=T12;hi\n"), "");
  EXPECT_EQ(log.text(), "[    2.000000] hi\n");
}

TEST(KernelLog, SaysWhereRecordsAreMissingAndFillsInWhatTheConsoleHas) {
  KernelLog log;
  log.add_records(0, "6,0,1000000,-;a\n");
  log.add_console("[    1.000000] a\n[    2.000000] only on the console\n[    3.000000] c\n");
  EXPECT_EQ(log.add_records(1, "6,5,3000000,-;c\n"), "-- vmlab: 4 records were lost here; the console may have them\n");
  EXPECT_EQ(log.text(),
            "[    1.000000] a\n-- vmlab: 4 records were lost here; the console may have them\n"
            "[    2.000000] only on the console\n[    3.000000] c\n");
  EXPECT_EQ(log.missing_records(), 4u);
}

TEST(KernelLog, KeepsAPanicsLastWordsBehindTheLastRecord) {
  KernelLog log;
  log.add_console("[    1.000000] a\n[    9.000000] Kernel panic - not syncing\n[    9.1");
  log.add_records(0, "6,0,1000000,-;a\n7,1,8000000,-;quiet\n");
  EXPECT_EQ(log.finish(), "[    9.1\n");
  EXPECT_EQ(log.text(), "[    1.000000] a\n[    8.000000] quiet\n[    9.000000] Kernel panic - not syncing\n[    9.1\n");
}

TEST(KernelLog, SurvivesHostileInput) {
  KernelLog log;
  log.add_console(std::string(200'000, 'x'));
  log.add_records(3, "no record\n6,18446744073709551615,1,-;far\n6,0,1,-;back\n\n;;;\n");
  EXPECT_NE(log.text().find("-- vmlab: no kernel log record: no record"), std::string::npos);
  EXPECT_NE(log.text().find("back"), std::string::npos);
}

TEST(KernelLog, MergesALargeFloodQuickly) {
  std::string console, records;
  for (int i = 0; i < 20'000; ++i) {
    const std::string stamp = std::to_string(1'000'000 + i);
    const std::string text = "MCE: Killing uffd-unit-tests:" + std::to_string(i % 7);
    console += "[    1." + stamp.substr(1) + "] " + text + "\n";
    records += "3," + std::to_string(i) + "," + std::to_string(1'000'000 + i) + ",-;" + text + "\n";
  }
  KernelLog log;
  log.add_console(console);
  EXPECT_EQ(log.add_records(0, records), "");
  const std::string text = log.text();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 20'000);
}

TEST(KernelLog, HoldsOurRemarksWhereTheyWereMade) {
  KernelLog log;
  log.add_console("[    1.000000] before\n");
  EXPECT_EQ(log.add_remark("time is up"), "-- vmlab: time is up\n");
  log.add_console("[    2.000000] behind\n");
  EXPECT_EQ(log.text(), "[    1.000000] before\n-- vmlab: time is up\n[    2.000000] behind\n");
}

}  // namespace channel
