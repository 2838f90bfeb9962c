// SPDX-License-Identifier: Apache-2.0
// TAP and KTAP lines to results, nesting included. Levels are told apart by what stands in front of
// their lines: KTAP and TAP 14 indent subtests by blanks, kselftest's runner.sh and run_vmtests.sh
// put "# " in front. A subtest's name is known before it (`# Subtest: x`, `# selftests: mm: x`,
// `# running ./x`) or only from its parent's result line after it; until then its results are held.
// Two kinds of subtest have no lead of their own ("flat"): run_vmtests.sh without its TAP prefix,
// and KUnit's in a log whose lines lost their indentation.
#pragma once
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ktap/case_name.h"
#include "ktap/line.h"
#include "ktap/raw_case.h"
#include "ktap/uffd_reader.h"

namespace ktap {

// What the outermost level said of itself, for the verdict on the whole test.
struct TapSummary {
  bool any_structure = false;  // a version, plan, result or bail-out line was there
  std::optional<std::size_t> planned;
  std::size_t reported = 0;
  std::size_t missing = 0;  // planned and not reported, over the documents of the outermost level
  std::size_t extra = 0;    // reported beyond the plan
  std::size_t bad = 0;      // failed cases at any level
  std::size_t expected_bad = 0;  // cases that said xfail or xpass
  bool nested_complete = true;
  bool header_only = false;       // the last document is a version line and nothing else
  bool totals_seen = false;       // and they count what was read
  std::size_t lost_failures = 0;  // failures that "# Totals:" counts and no line reported
  std::size_t lost_results = 0;   // results of any kind, where no plan says better
  std::optional<std::string> bail;
  std::optional<std::string> skip_all;      // reason of `1..0 # SKIP`; empty text when it gave none
  std::optional<std::string> last_skip;     // reason of the last result, if that was a SKIP
  std::optional<std::string> last_started;  // named by a [RUN] line and never reported
  std::vector<std::string> notes;
};

class TapReader {
 public:
  TapReader(std::string test_id, CaseSink sink);

  // One cleaned line, without its terminator. A result that lacks its newline (kselftest has such
  // messages) has the next line glued to it; they are taken apart.
  void line(std::string_view text, std::size_t number);
  // The last line, which lacks its newline: it may have been cut in the middle. Its result counts
  // when it failed, or when it fulfils the plan and shows no sign of a cut.
  void last_line(std::string_view text, std::size_t number);
  // A line from another stream: evidence, and perhaps the reason of the next result, but never a
  // result.
  void aside(std::string_view text);
  bool any_structure() const { return summary_.any_structure; }
  // The program whose part of run_vmtests.sh's output this is; null outside of it.
  const std::string* section() const;
  TapSummary finish();

 private:
  struct Counts {
    std::size_t pass = 0, fail = 0, xfail = 0, xpass = 0, skip = 0;
  };
  struct Level {
    std::string lead;
    std::optional<std::string> name;  // nullopt: not known yet; results are held
    bool flat = false;                // has its parent's lead
    bool section = false;             // flat, of run_vmtests.sh
    bool versioned = false;
    bool restarted = false;  // a version line came before the plan was met: a new document, or not
    bool had_child = false;
    bool misnumbered = false;
    std::size_t last_number = 0;
    std::size_t highest_number = 0;
    std::optional<std::string> bail;
    std::optional<std::size_t> plan;
    std::optional<std::size_t> plan_again;  // came when the plan was met
    std::optional<std::string> skip_all;
    std::size_t seen = 0;
    Counts counts;
    Context context;
    std::size_t since_run = 0;              // results since the last [RUN]
    std::optional<std::string> next_child;  // announced name of the subtest that follows
    std::optional<std::string> block;       // name of the result whose subtest follows in braces
    std::vector<RawCase> held;
  };

  void one_line(std::string_view text, std::size_t number);
  void bail_out(const Line& line);
  // A line of its own that stands behind another's unfinished text, with its level's lead; empty
  // when there is none. `cut` is where it begins.
  std::string glued_line(std::string_view text, std::size_t& cut) const;
  const Level& level_for(std::string_view text) const;
  bool inside_yaml(std::string_view text, const Line& line);
  static bool may_open(const Level& top, const Line& line);
  // The level a structural line belongs to; null when its indentation is no level.
  Level* level_of(const Line& line);
  void pop_to(std::string_view lead, const ResultLine* parent);
  void close_top(const ResultLine* parent);
  void end_document(Level& level, bool excused);
  void version(Level& level, std::string_view text);
  Level* past_flat(Level* level, const ResultLine& result);
  bool section_line(std::string_view text, std::size_t number);
  void open_section(std::string name);
  void close_section(std::optional<model::Outcome> outcome, std::size_t number);
  void number_seen(Level& level, const ResultLine& result, std::size_t line);
  void plan(Level& level, const Line& line);
  void settle_plan(Level& level, bool more);
  void result(Level& level, const Line& line, std::size_t number);
  void subtest(const Line& line);
  void remark(std::string_view text, std::size_t number);
  bool names_by_info() const;
  void totals(Level& level, std::string_view text);
  void emit(std::size_t depth, RawCase raw);
  void note(std::string text);
  void remember(std::string_view text);
  std::string take_evidence();

  std::string test_id_;
  CaseSink sink_;
  TapSummary summary_;
  std::vector<Level> levels_;
  std::deque<std::string> recent_;
  std::optional<std::size_t> yaml_lead_;
  UffdReader uffd_;  // uffd-unit-tests before TAP as somebody's subtest
  bool after_result_ = false;
  bool ktap_ = false;          // the last version line said KTAP: results have numbers
  bool after_dashes_ = false;  // the frame around run_vmtests.sh's titles
  std::optional<std::string> closed_skip_all_;  // of the subtest that just closed
  std::optional<std::string> closed_bail_;
};

}  // namespace ktap
