// SPDX-License-Identifier: Apache-2.0
// vmlab compare RUN_A RUN_B: what is new, gone, fixed, broken and different between two stored runs.
// vmlab compare --samples FILE: see compare_samples.h.
#include "cli/bands.h"
#include "cli/command.h"
#include "cli/compare_samples.h"
#include "cli/stored_run.h"
#include "compare/comparison.h"
#include "report/ab.h"
#include "report/comparison.h"
#include "report/json.h"

namespace cli {
namespace {

struct Options {
  std::string before, after;
  SamplesArguments samples;
};

int run(const Session& session, const Options& options) {
  if (!options.samples.file.empty()) {
    if (!options.before.empty()) user_error("compare takes two runs or a file of samples, not both", "leave out the runs, or --samples");
    return compare_samples(session, options.samples);
  }
  if (const std::string given = options.samples.given(); !given.empty())
    user_error(given + " belongs to samples", "vmlab compare --samples FILE " + given + " ...");
  if (options.before.empty() || options.after.empty())
    user_error("compare needs two runs", "vmlab compare RUN_A RUN_B (the runs: vmlab list runs), or vmlab compare --samples FILE");
  const store::Store store = store::Store::open(session.results_dir);
  const report::RunView before = load_view(session, store, options.before);
  const report::RunView after = load_view(session, store, options.after);
  const compare::Comparison comparison = compare::compare_runs(before.settled, after.settled);
  // What benchmarks measured in both; bands as far as the cache has them.
  const report::AbReport measured = report::ab_report(before.run, after.run, lookup(known_bands(before.run)));
  if (session.wants_json())
    session.deliver_json(report::comparison_json(comparison, measured.runs.file.metrics.empty() ? nullptr : &measured));
  if (!session.json) {
    session.say(report::comparison_text(comparison, session.terminal()));
    if (!measured.runs.file.metrics.empty()) session.say("\n" + report::ab_text(measured, session.terminal()));
  }
  return comparison.any_worse() || measured.comparison.of(compare::SampleVerdict::regressed) > 0 ? kBad : kGood;
}

}  // namespace

void install_compare(CLI::App& app, Session& session) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("compare", "What differs between two runs, or between samples before and after");
  command->add_option("RUN_A", options->before, "The run before: an id, last or last~N");
  command->add_option("RUN_B", options->after, "The run after");
  add_samples_options(*command, options->samples);
  add_output_options(*command, session);
  command->callback([&session, options] { session.exit_code = run(session, *options); });
}

}  // namespace cli
