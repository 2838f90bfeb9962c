// SPDX-License-Identifier: Apache-2.0
// Whatever a logger or a mailing list did to a console log, it holds the same reports.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "base/file.h"
#include "triage/mangle.h"
#include "triage/triage.h"

namespace {

namespace fs = std::filesystem;
using triage::Report;

const triage::Options& options() {
  static const triage::Options shared{.matcher = triage::make_matcher()};
  return shared;
}

std::vector<Report> triage_text(std::string_view text) {
  return triage::triage_text(text, options());
}

struct Log {
  std::string name;
  std::string text;
};

const std::vector<Log>& logs() {
  static const std::vector<Log> all = [] {
    std::vector<Log> found;
    for (const auto& entry :
         fs::directory_iterator(VMLAB_SOURCE_DIR "/orchestrator/triage/testdata"))
      if (entry.path().extension() == ".log")
        found.push_back({entry.path().stem().string(), *base::read_file(entry.path())});
    std::ranges::sort(found, {}, &Log::name);
    return found;
  }();
  return all;
}

// Logs that are about prefixes themselves, or that are mangled already.
bool plain(const Log& log) {
  return !log.name.starts_with("mail-") && !log.name.starts_with("prefix-") &&
         !log.name.starts_with("interleaved-") && !log.name.starts_with("crash-utility");
}

std::string titles(const std::vector<Report>& reports) {
  std::string out;
  for (const Report& report : reports) out += report.title + "\n";
  return out;
}

std::string everything(const std::vector<Report>& reports) {
  std::string out;
  for (const Report& r : reports)
    out += r.title + "|" + r.signature + "|" + std::to_string(r.start_line) + "-" +
           std::to_string(r.end_line) + "|" + std::to_string(r.corrupted) + "|" +
           std::to_string(r.secondaries) + "\n";
  return out;
}

TEST(TriageProperty, ChunksOfAnySizeGiveTheSameReports) {
  for (const Log& log : logs()) {
    std::string whole = everything(triage_text(log.text));
    for (std::size_t size : {1, 7, 64, 1000}) {
      triage::Triage triage(options());
      for (std::size_t at = 0; at < log.text.size(); at += size)
        triage.feed(std::string_view(log.text).substr(at, size));
      EXPECT_EQ(whole, everything(triage.finish())) << log.name << ", chunks of " << size;
    }
  }
}

TEST(TriageProperty, ACutAtAnyByteGivesTheSameReports) {
  // Byte by byte through one log of each kind of state: an oops with its panic.
  for (const Log& log : logs()) {
    if (log.text.size() > 4000) continue;
    std::string whole = everything(triage_text(log.text));
    for (std::size_t cut = 0; cut < log.text.size(); cut += 97) {
      triage::Triage triage(options());
      triage.feed(std::string_view(log.text).substr(0, cut));
      triage.feed(std::string_view(log.text).substr(cut));
      ASSERT_EQ(whole, everything(triage.finish())) << log.name << ", cut at " << cut;
    }
  }
}

// Where the log was cut the rest of it is as if nothing more had come: the first report stays, and
// no piece of a line becomes a report that the whole log does not hold.
TEST(TriageProperty, AnEndAtAnyByteKeepsTheReportsThatHadBegun) {
  for (const Log& log : logs()) {
    const auto whole = triage_text(log.text);
    if (whole.empty() || log.text.size() > 9000 || log.name.starts_with("mail-")) continue;
    std::size_t begun = 0, line = 0;  // bytes until the first report's head has been read
    while (begun < log.text.size() && triage_text(log.text.substr(0, begun)).empty())
      begun = log.text.find('\n', begun) == std::string::npos ? log.text.size()
                                                              : log.text.find('\n', begun) + 1;
    for (std::size_t cut = begun; cut < log.text.size(); cut += 131, ++line) {
      const auto reports = triage_text(std::string_view(log.text).substr(0, cut));
      ASSERT_FALSE(reports.empty()) << log.name << ", cut at " << cut;
      EXPECT_LE(reports.size(), whole.size() + 1) << log.name << ", cut at " << cut;
      EXPECT_EQ(reports[0].start_line, whole[0].start_line) << log.name << ", cut at " << cut;
    }
  }
}

TEST(TriageProperty, ALogThatStartsInTheMiddleOfAReportStillHoldsTheNextOne) {
  const Log* first = nullptr;
  for (const Log& log : logs()) {
    if (!plain(log)) continue;
    if (log.name == "x86-gpf" || (!first && triage_text(log.text).size() == 1)) first = &log;
  }
  ASSERT_TRUE(first);
  const std::string next =
      "[  900.000001] WARNING: CPU: 0 PID: 97 at mm/memory.c:2184 later_warning+0x1d4/0x1f0\n"
      "[  900.000002] RIP: 0010:later_warning+0x1d4/0x1f0\n[  900.000003] Call Trace:\n"
      "[  900.000004]  caller_of_it+0x10c/0x2c0\n[  900.000005] ---[ end trace 0000000000000000 "
      "]---\n";
  for (std::size_t cut = 0; cut < first->text.size(); cut += 17) {
    const auto reports = triage_text(first->text.substr(cut) + next);
    ASSERT_FALSE(reports.empty()) << cut;
    EXPECT_EQ(reports.back().title, "WARNING in later_warning") << "cut at " << cut;
  }
}

// Two CPUs report at once; the caller ids tell their lines apart.
TEST(TriageProperty, InterleavedReportsOfTwoCallersAreTwo) {
  std::vector<const Log*> single;
  for (const Log& log : logs()) {
    const auto reports = triage_text(log.text);
    // A panic ends the log for everybody.
    if (plain(log) && reports.size() == 1 && reports[0].kind == triage::Kind::kasan)
      single.push_back(&log);
  }
  ASSERT_GE(single.size(), 2u);
  for (std::size_t i = 0; i + 1 < single.size(); ++i) {
    const std::string a = triage::mangle::with_prefix(single[i]->text, "[   12.345678][  T123] ");
    const std::string b =
        triage::mangle::with_prefix(single[i + 1]->text, "[   12.345678][  T456] ");
    const auto left = base::split_lines(a), right = base::split_lines(b);
    std::string both;
    for (std::size_t line = 0; line < std::max(left.size(), right.size()); ++line) {
      if (line < left.size()) both += std::string(left[line]) + "\n";
      if (line < right.size()) both += std::string(right[line]) + "\n";
    }
    auto found = triage_text(both);
    std::vector<std::string> names, wanted{triage_text(a)[0].title, triage_text(b)[0].title};
    for (const Report& report : found) names.push_back(report.title);
    std::ranges::sort(names);
    std::ranges::sort(wanted);
    if (single[i]->text.find("Kernel panic") == std::string::npos &&
        single[i + 1]->text.find("Kernel panic") == std::string::npos)
      EXPECT_EQ(names, wanted) << single[i]->name << " and " << single[i + 1]->name;
  }
}

// A test that goes on printing, a kernel that goes on talking of other things.
TEST(TriageProperty, LinesOfOthersInBetweenGiveTheSameTitles) {
  for (const Log& log : logs()) {
    // Whether a boot is a reboot is told by the lines around it; a symboliser's heads stand
    // together.
    if (log.name.starts_with("reboot-") || log.name.starts_with("prefix-symbolised")) continue;
    const std::string whole = titles(triage_text(log.text));
    for (const std::string_view other :
         {"ok 17 - should have worked",
          "[  123.456789] usb 1-1: new high-speed USB device number 2 using xhci_hcd"})
      EXPECT_EQ(whole, titles(triage_text(triage::mangle::each_line(log.text,
                                                                    [&](std::string_view line) {
                                                                      return std::string(line) +
                                                                             "\n" +
                                                                             std::string(other);
                                                                    }))))
          << log.name << ", " << other;
  }
}

TEST(TriageProperty, CarriageReturnsChangeNothing) {
  for (const Log& log : logs())
    EXPECT_EQ(everything(triage_text(log.text)),
              everything(triage_text(triage::mangle::crlf(log.text))))
        << log.name;
}

TEST(TriageProperty, EveryPrefixFormGivesTheSameTitles) {
  const std::string_view prefixes[] = {"",
                                       "<4>",
                                       "<6>[   12.345678] ",
                                       "[   12.345678] ",
                                       "[12345.678901] ",
                                       "[    0.000000][    T1] ",
                                       "[   12.345678][  T123] ",
                                       "[   12.345678][    C0] ",
                                       "[Sat Nov 21 09:10:29 2026] ",
                                       "Nov 21 09:10:29 host kernel: ",
                                       "Nov 21 09:10:29 host kernel: [   12.345678] ",
                                       "2026-11-21T09:10:29.123456+00:00 host kernel: ",
                                       "2026-11-21T09:10:29,123456+00:00 ",
                                       "[2026-11-21 09:10:29.123] [   12.345678] ",
                                       "09:10:29.123 [   12.345678] ",
                                       "4,339,5140900,-;",
                                       "4,339,5140900,-,caller=T1;",
                                       "kern  :warn  : [   12.345678] ",
                                       "vm1: [   12.345678] ",
                                       "[2024-01-01T00:00:00.000Z] [   12.345678] ",
                                       "2024-01-01T00:00:00.0000000Z [   12.345678] ",
                                       "[  +0.000123] ",
                                       "kernel:[   12.345678] ",
                                       "> > [   12.345678] ",
                                       "    ",
                                       "# [   12.345678] ",
                                       "[   12.345678,0] ",
                                       "\x1b[32m[   12.345678] \x1b[0m"};
  for (const Log& log : logs()) {
    if (!plain(log)) continue;
    std::string whole = titles(triage_text(log.text));
    for (std::string_view prefix : prefixes)
      EXPECT_EQ(whole, titles(triage_text(triage::mangle::with_prefix(log.text, prefix))))
          << log.name << ", prefix '" << prefix << "'";
  }
}

TEST(TriageProperty, MailQuotingAndForgeReferencesGiveTheSameReports) {
  for (const Log& log : logs()) {
    std::string whole = everything(triage_text(log.text));
    EXPECT_EQ(whole, everything(triage_text(triage::mangle::quoted(log.text)))) << log.name;
    EXPECT_EQ(whole,
              everything(triage_text(triage::mangle::quoted(triage::mangle::quoted(log.text)))))
        << log.name;
    EXPECT_EQ(whole, everything(triage_text(triage::mangle::forge_references(log.text))))
        << log.name;
  }
}

TEST(TriageProperty, WrappedTextGivesTheSameTitles) {
  for (const Log& log : logs()) {
    if (log.name.starts_with("prefix-")) continue;  // a logger's long head leaves two words a line
    std::string whole = titles(triage_text(log.text));
    EXPECT_EQ(whole, titles(triage_text(triage::mangle::wrapped(log.text)))) << log.name;
    EXPECT_EQ(whole,
              titles(triage_text(triage::mangle::wrapped(triage::mangle::quoted(log.text), 74))))
        << log.name << ", quoted";
  }
}

TEST(TriageProperty, TextWithoutRunsOfFourGivesTheSameTitles) {
  for (const Log& log : logs()) {
    if (log.name.starts_with("prefix-")) continue;
    std::string whole = titles(triage_text(log.text));
    std::string mangled = triage::mangle::without_runs(log.text);
    EXPECT_EQ(whole, titles(triage_text(mangled))) << log.name;
    EXPECT_EQ(whole, titles(triage_text(triage::mangle::wrapped(
                         triage::mangle::quoted(triage::mangle::forge_references(mangled))))))
        << log.name << ", all at once";
  }
}

TEST(TriageProperty, ALostLineLosesNoReport) {
  for (const Log& log : logs()) {
    auto whole = triage_text(log.text);
    std::vector<std::string_view> lines = base::split_lines(log.text);
    if (whole.empty() || lines.size() > 45 || log.name.starts_with("reboot-")) continue;
    for (std::size_t lost = 0; lost < lines.size(); ++lost) {
      // A head goes with its line; every other line can be spared.
      if (!triage_text(lines[lost]).empty()) continue;
      std::string text;
      for (std::size_t i = 0; i < lines.size(); ++i)
        if (i != lost) text += std::string(lines[i]) + "\n";
      EXPECT_GE(triage_text(text).size(), whole.size())
          << log.name << " without line " << lost + 1 << ": " << lines[lost];
    }
  }
}

TEST(TriageProperty, ATornEndStillFindsTheFirstReport) {
  for (const Log& log : logs()) {
    auto whole = triage_text(log.text);
    if (whole.empty()) continue;
    // Everything up to the middle of the first report's span.
    std::size_t lines = 0, at = 0;
    std::size_t wanted = (whole[0].start_line + whole[0].end_line) / 2 + 1;
    while (at < log.text.size() && lines < wanted) lines += log.text[at++] == '\n';
    EXPECT_FALSE(triage_text(std::string_view(log.text).substr(0, at)).empty())
        << log.name << " at line " << lines;
  }
}

}  // namespace
