// SPDX-License-Identifier: Apache-2.0
// vmlab ab SCENARIO --before SRC --after SRC: what a change does to what the scenario's benchmarks measure.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cli/bands.h"
#include "cli/measured_before.h"
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
  bool fresh = false;
};

// SHA-256 of each machine's kernel image; nullopt when interrupted. A kernel that does not build has none.
std::optional<std::map<std::string, std::string>> images_of(Session& session, const lab::RunRequest& request, store::Store& store) {
  const auto kernels = built_kernels_of(session, request, store);
  if (!kernels) return std::nullopt;
  std::map<std::string, std::string> images;
  for (const lab::KernelOfJob& one : *kernels)
    if (one.kernel) images[std::string(one.machine->id)] = one.kernel->identity.image_sha256;
  return images;
}

// The run that has measured a side by the instruction clock: an earlier one where there is one, or one that runs now.
// Nullopt when interrupted. `other`: the other side's run, with which this one must not be compared as itself.
std::optional<std::string> measured_side(Session& session, const lab::RunRequest& request, bool fresh, const std::string& other,
                                         store::Store& store) {
  const auto images = images_of(session, request, store);
  if (!images) return std::nullopt;
  const MeasuredBefore before(session, request, *images);
  if (const std::string run = fresh ? std::string() : before.find(store); !run.empty() && run != other) {
    fmt::print(stderr, "measured before, in run {}: not again (--fresh does)\n", run);
    return run;
  }
  const CarriedOut done = carry_out(session, request, store);
  if (!done.whole) return std::nullopt;
  before.keep(store, done.run);
  return done.run;
}

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
  std::vector<std::string> runs;
  if (exact) {
    for (const lab::RunRequest& side : {before, after}) {
      const auto run = measured_side(session, side, options.fresh, runs.empty() ? "" : runs.front(), store);
      if (!run) return kInterrupted;
      runs.push_back(*run);
    }
  } else {
    for (const CarriedOut& one : carry_out_together(session, {before, after}, store)) {
      if (!one.whole) return kInterrupted;
      runs.push_back(one.run);
    }
  }
  const report::RunView left = load_view(session, store, runs[0]), right = load_view(session, store, runs[1]);
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
  command->add_flag("--fresh", options->fresh, "By the instruction clock: measure both sides, even what an earlier run has");
  command->add_option("--html", options->html, "Write the comparison as a page, one self-contained file")->type_name("OUT");
  add_output_options(*command, session);
  command->callback([&session, options] { session.exit_code = ab(session, *options); });
}

}  // namespace cli
