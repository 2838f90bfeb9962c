// SPDX-License-Identifier: Apache-2.0
// The real program with results, cache and a mark of its own: to be started, hurt and asked what it has.
#pragma once
#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "campaign/judge.h"

namespace campaign {

// How one call of the program went.
struct Answer {
  bool ended = false;  // of its own will or by a signal, before our patience did
  int code = -1;       // exit code; -1 when a signal ended it
  std::string output, errors;
  std::string text() const;  // "exit code 3: vmlab: ..."
};

// A vmlab under way. Destroying it kills and reaps it.
class Running {
 public:
  Running(pid_t pid, base::fs::path folder) : pid_(pid), folder_(std::move(folder)) {}
  ~Running();
  Running(Running&& other) noexcept : pid_(std::exchange(other.pid_, -1)), folder_(std::move(other.folder_)), status_(other.status_) {}
  Running& operator=(Running&&) = delete;

  pid_t pid() const { return pid_; }
  bool runs();
  void signal(int number);  // to it alone, not to its children
  Answer wait(std::chrono::seconds patience);
  std::string errors() const;  // what it has said so far

 private:
  pid_t pid_;
  base::fs::path folder_;
  std::optional<int> status_;
};

// What every victim of a campaign shares: a copy of the checkout that nobody edits, and a cache whose artefacts are
// hard links to those of the real one. Made once, with a first run that nobody disturbs.
struct World {
  base::fs::path program, root, cache, scenario;
  base::fs::path hurting_test;  // a patch for the selftests
  base::fs::path finished;      // results of the undisturbed run
  base::fs::path cut_short;     // results of a run whose vmlab was killed, with the store's log
  Truth truth;
  std::string finished_report;  // what `report last --json` says of it
  std::vector<model::CaseResult> cut_short_rows;
  std::chrono::milliseconds guest_time{4000};  // from QEMU's start to its end
  std::uint64_t image_bytes = 0;               // of a guest's initrd
};

struct StoredRun {
  Answer answer;
  bool there = false;
  std::string state;
  std::vector<model::CaseResult> rows;
};

class Victim {
 public:
  // `own_cache`: a cache that may be damaged. `number` makes the mark.
  Victim(const World& world, base::fs::path folder, int number, bool own_cache = false);

  // The cache's files as hard links; a damaged one must be replaced, never written to.
  static void link_cache(const base::fs::path& from, const base::fs::path& to);

  Running start(std::vector<std::string> arguments);
  Running start_run() { return start(run_arguments()); }
  std::vector<std::string> run_arguments() const;
  Answer call(std::vector<std::string> arguments, std::chrono::seconds patience = std::chrono::seconds(300));

  std::vector<pid_t> qemus() const;
  // A QEMU of it, as soon as there is one that has run for `after`; nullopt when the run ended before.
  std::optional<pid_t> wait_for_qemu(Running& running, std::chrono::milliseconds after) const;

  StoredRun stored(const std::string& run = "last");
  // Runs what is left, as a user would: --resume, or the whole when there is no run yet.
  Answer carry_on();
  Answer resume();
  // Tests that it said were done, while their results must be in the store.
  static std::vector<std::string> told_done(const std::string& errors);

  // The verdicts against the undisturbed run's, and what is left behind: processes, sockets, locks, files.
  Seen judge_all(const Rules& rules) { return judge_all(world.truth, 0, rules); }
  // Where something else is the truth, and the report ends with another code.
  Seen judge_all(const Truth& truth, int code, const Rules& rules);
  std::vector<std::string> left_behind();

  const World& world;
  base::fs::path folder, results, cache, temporary, scenario;
  std::string path_prefix;  // put before PATH, for a QEMU of our own
  static constexpr const char* kMark = "VMLAB_CAMPAIGN";
  std::string mark;

 private:
  int calls_ = 0;
};

}  // namespace campaign
