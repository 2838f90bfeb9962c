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
