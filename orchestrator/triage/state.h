// SPDX-License-Identifier: Apache-2.0
// What a Triage holds, inside the room only. triage.cpp reads lines, incident.cpp decides what
// belongs to the same incident.
//
// A boot is in one of three states:
//   healthy --fatal report--> dead (taint D: later reports that carry it are secondary)
//   healthy, dead --panic--> panicked (whatever follows is secondary)
//   any --"Linux version"--> healthy (a report of its own if nobody asked for it)
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "triage/boot_watch.h"
#include "triage/builder.h"
#include "triage/line.h"
#include "triage/matcher.h"
#include "triage/triage.h"

namespace triage {

inline constexpr std::size_t kMaxLine = 4096;     // longer lines are cut
inline constexpr std::uint64_t kQuietLines = 24;  // lines without report text that close a report
inline constexpr std::uint64_t kEndedLines =
    40;  // the same after "end trace": a panic may still follow
inline constexpr std::uint64_t kMaxSpan = 6000;   // lines of one report
inline constexpr std::size_t kMaxWaiting = 64;    // reports that wait for the kernel offset
inline constexpr std::size_t kMaxStuck = 64;      // tasks that hold a CPU
inline constexpr std::size_t kMaxOpen = 8;        // CPUs that report at once
inline constexpr std::uint64_t kMarkLines = 12;   // how far before a head its "cut here" may be
inline constexpr std::size_t kMaxHeads = 20000;   // head lines remembered
inline constexpr std::uint64_t kBootLines = 400;  // lines in which a boot's marks are taken
inline constexpr std::uint64_t kIncident =
    500;  // lines in which a panic is the consequence of a report

struct Triage::State {
  explicit State(Options chosen)
      : options(std::move(chosen)),
        table(options.matcher ? options.matcher : make_matcher()),
        matcher(*table) {}

  Options options;
  std::shared_ptr<const Matcher> table;
  const Matcher& matcher;
  std::string carry;  // an unfinished line
  std::uint64_t line_number = 0;
  std::vector<std::unique_ptr<Builder>> open;
  std::vector<Report> done;
  std::uint64_t dropped = 0;
  std::function<void(const Opened&)> on_open;
  std::function<void(const Report&)> on_report;

  // marks before a report
  std::uint64_t mark_line = 0;
  std::uint64_t banner_line = 0;

  // Where KASLR moved this boot's kernel to; said when it panics, so reports with bare addresses
  // wait for it (Options::symbols only).
  struct Waiting {
    std::size_t index;  // in `done`
    std::unique_ptr<Builder> builder;
    bool cut;
  };
  std::optional<std::uint64_t> kernel_offset;
  std::vector<Waiting> waiting;

  // a line that looked like the start of a head: mail may have wrapped it
  std::string pending;
  std::string pending_caller;
  std::uint64_t pending_line = 0;
  Builder* pending_head = nullptr;  // it was a head all the same
  bool pending_stamped = false;

  // a prefix that no table knows, learned from a head: "vm0: "
  std::string learned;

  // Tasks that stopped a CPU: the detectors tell of one such task again and again.
  struct Stuck {
    std::size_t index;  // in `done`
    std::string task;
  };
  std::vector<Stuck> stuck;

  std::string suite;  // the last KUnit suite that started

  // lines that may come again
  std::unordered_set<std::size_t> heads_seen;
  std::uint64_t head_line = 0;  // the last of them
  std::string first_time;       // printk time of the first line that was looked at
  bool times_differ = false;    // the times of this log say something
  std::string line_before;      // the last line that was not empty, cut

  // a banner that may only be quoted
  struct Doubt {
    Match match;
    std::uint64_t line;
    BootWatch before;
    bool user_space;
    std::uint64_t boot_lines;
  };
  BootWatch boots;
  std::unique_ptr<Doubt> doubt;

  // the current boot
  std::uint64_t boot_lines = 0;  // lines since the banner
  bool banner_seen = false;
  bool user_space = false;
  bool orderly = false;
  bool boot_console = false;
  bool dead = false;
  bool panicked = false;
  std::ptrdiff_t culprit = -1;   // index in `done` of the report that consequences belong to
  std::ptrdiff_t previous = -1;  // index in `done` of the last report of this boot
  std::uint64_t previous_end = 0;
  std::string previous_pid;

  void feed(std::string_view chunk);
  void raw_line(std::string_view raw);
  void handle(Line line);
  std::optional<Match> match_line(Line& line);
  bool continue_head(const Line& line);
  bool head(Match match, const Line& line);
  void start(Match match, const Line& line);
  void close(std::size_t index, bool cut);
  void close_all(bool cut);
  Builder* builder_for(const Line& line);
  void read_kernel_offset(std::string_view raw);
  void reboot(Match match, const Line& line);
  void settle(BootWatch::Verdict verdict);
  bool said_before(const Line& line);
  bool vital(const Match& match) const;
  void secondary(std::ptrdiff_t of);
  void keep(Report report, const Builder& from);
};

}  // namespace triage
