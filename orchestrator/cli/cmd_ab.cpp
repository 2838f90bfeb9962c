// SPDX-License-Identifier: Apache-2.0
// vmlab ab SCENARIO --before SRC --after SRC: what a change does to what the scenario's benchmarks measure.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cli/bands.h"
#include "cli/measuring.h"
#include "cli/stored_run.h"
#include "report/ab.h"
#include "report/terminal.h"

namespace cli {
namespace {

struct AbOptions {
  RunOptions run;
  std::string before, after, html;
  int boots = 12;
  int placebos = kPlacebos;
};

// Tells what went wrong on a side; the exit code for that, or 0 when everything that was to measure did.
int judge_side(const Session& session, const report::RunView& view, std::string_view which) {
  const int code = report::exit_code(view);
  if (code != kGood)
    session.say(fmt::format("{}:\n{}\n", which, report::terminal_text(view, session.terminal())));
  return code;
}

int ab(Session& session, const AbOptions& options) {
  const lab::RunRequest before = measuring_request(session, options.run, options.before, options.boots);
  lab::RunRequest after = measuring_request(session, options.run, options.after, options.boots);
  after.check_exact = false;  // the guests are the same
  const bool exact = is_exact(before);
  store::Store store = store::Store::open(session.results_dir);
  // A wrong word about one side is told before the other has run.
  if (!build_kernels_of(session, {before, after}, store)) return kInterrupted;
  std::vector<CarriedOut> done;
  if (exact) {
    done.push_back(carry_out(session, before, store));
    if (done.back().whole) done.push_back(carry_out(session, after, store));
  } else {
    done = carry_out_together(session, {before, after}, store);
  }
  for (const CarriedOut& one : done)
    if (!one.whole) return kInterrupted;

  const report::RunView left = load_view(session, store, done[0].run), right = load_view(session, store, done[1].run);
  MeasuredBands bands;
  if (exact && !left.run.samples.empty() && !right.run.samples.empty())
    bands = bands_of(session, before, left.run, options.placebos, kPlaceboSeeds, store);
  if (!bands.whole) return kInterrupted;
  report::AbReport report = report::ab_report(left.run, right.run, lookup(std::move(bands.machines)));
  report.remarks = std::move(bands.remarks);

  const int bad_before = judge_side(session, left, "before");
  const int bad_after = judge_side(session, right, "after");
  if (!options.html.empty()) base::value_or_throw(base::write_file_atomic(options.html, report::samples_page(report.comparison)));
  if (session.wants_json()) session.deliver_json(base::trim(report::ab_json(report)));
  if (report.runs.file.metrics.empty()) session.say("nothing was measured on both sides\n");
  else session.say(report::ab_text(report, session.terminal()));
  if (report.comparison.of(compare::SampleVerdict::regressed) > 0 || bad_after == kBad || bad_before == kBad) return kBad;
  return bad_before == kInfra || bad_after == kInfra || report.runs.file.metrics.empty() ? kInfra : kGood;
}

}  // namespace

void install_ab(CLI::App& app, Session& session) {
  auto options = std::make_shared<AbOptions>();
  CLI::App* command = app.add_subcommand("ab", "Before and after of one change: does it cost or gain, and is that real?");
  add_measuring_options(*command, options->run);
  command->add_option("--before", options->before, "The kernel before (default: the scenario's)")->type_name("SRC[+FILE..]");
  command->add_option("--after", options->after, "The kernel after")->type_name("SRC[+FILE..]")->required();
  command->add_option("--boots", options->boots, "By the wall clock: boots of each side (default: 12)")
      ->check(CLI::Range(3, 1000))->type_name("N");
  command->add_option("--placebos", options->placebos, "Placebo kernels to measure a band with, where there is none yet (default: 8)")
      ->check(CLI::Range(0, 100))->type_name("N");
  command->add_option("--html", options->html, "Write the comparison as a page, one self-contained file")->type_name("OUT");
  add_output_options(*command, session);
  command->callback([&session, options] { session.exit_code = ab(session, *options); });
}

}  // namespace cli
