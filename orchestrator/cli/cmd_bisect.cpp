// SPDX-License-Identifier: Apache-2.0
// vmlab bisect: which commit, patch or option did it.
#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"
#include "base/text.h"
#include "bisect/git_log.h"
#include "bisect/report_text.h"
#include "cli/bisect_command.h"
#include "cli/bisect_lab.h"

namespace cli {
namespace {

namespace fs = base::fs;

struct BisectOptions {
  RunOptions run;
  BisectWhat what;
  std::string test, metric, log, write_log, mail;
  std::vector<std::string> command;
  double confidence = 0.99;
  int budget = 0;
  int placebos = 8;
  bool deterministic = false, fresh = false, worktree = false;
};

void check(const BisectOptions& options) {
  const bool git = !options.what.repo.empty(), series = !options.what.patches.empty(), config = !options.what.good_config.empty();
  const bool kernels = !options.what.kernels.empty();
  if (git + series + config + kernels != 1)
    user_error("what is to be bisected?", "--patches DIR|MBOX, or --repo DIR --good REV --bad REV, or --good-config FILE --bad-config FILE, "
                                          "or --kernels SRC,SRC,..");
  if (git && (options.what.good.empty() || options.what.bad.empty())) user_error("--repo needs --good REV and --bad REV", "");
  if (config != !options.what.bad_config.empty()) user_error("--good-config and --bad-config belong together", "");
  if (options.command.empty() == options.run.scenarios.empty())
    user_error(options.command.empty() ? "who answers whether a commit is good?" : "a scenario and a command answer twice",
               "name a SCENARIO, or put a command behind --");
  if ((series || kernels) && !options.command.empty())
    user_error("a command needs commits to check out", "apply the series to a branch and give --repo DIR --good BASE --bad BRANCH");
  if (!options.metric.empty() && (!options.test.empty() || options.run.hunt || !options.command.empty()))
    user_error("--metric stands alone", "a metric, a test or a command can be bisected, one at a time");
}

// One question has one journal, so that the same command goes on where it stopped.
struct Place {
  fs::path folder;
  std::string question, text;
};
Place place_of(const Session& session, const BisectOptions& options, const std::string& steps) {
  base::Sha256 hash;
  hash.field(steps).field(options.test).field(options.metric).field(options.run.seeds).field(options.run.clock).field(options.run.selftests);
  hash.field(options.run.hunt ? "hunt" : "");
  for (const auto* list : {&options.run.scenarios, &options.run.machines, &options.run.archs, &options.command})
    for (const std::string& word : *list) hash.field(word);
  const std::string question = hash.hex();
  std::string text;
  if (!options.command.empty())
    for (const std::string& word : options.command) text += (text.empty() ? "" : " ") + base::shell_quote(word);
  else
    text = !options.metric.empty() ? options.metric : !options.test.empty() ? options.test : base::join(options.run.scenarios, " ");
  if (!options.run.machines.empty()) text += " on " + base::join(options.run.machines, ", ");
  return {session.results_dir / "bisects" / question.substr(0, 12), question, text};
}

// What a log of git's says becomes part of the journal, once.
void replay(const std::string& file, const bisect::Asked& asked, bisect::Journal& journal) {
  const auto text = base::read_file(file, 16 << 20);
  if (!text) user_error("cannot read " + file + ": " + text.error().message);
  const auto lines = bisect::read_git_log(*text, file);
  if (!lines) throw base::UserError{lines.error()};
  for (const bisect::LogLine& line : *lines) {
    std::vector<std::string> found;
    for (const std::string& id : asked.ids)
      if (id.starts_with(line.commit)) found.push_back(id);
    if (found.size() != 1) continue;  // the ends, or a commit that the range does not have
    const auto known = [&](const bisect::Entry& entry) { return entry.commit == found.front(); };
    if (std::ranges::any_of(journal.entries(), known)) continue;
    base::value_or_throw(journal.add({.commit = found.front(),
                                      .outcome = line.judged == bisect::Judged::bad    ? "failed"
                                                 : line.judged == bisect::Judged::good ? "passed"
                                                                                       : "untestable",
                                      .what = fmt::format("{}:{} says so", fs::path(file).filename().string(), line.line),
                                      .aim = "narrow"}));
  }
}

int code_of(const bisect::Conducted& done) {
  if (done.interrupted) return kInterrupted;
  if (!done.host_failed.empty()) return kInfra;
  return done.verdict.kind == bisect::Verdict::Kind::culprit ? kGood : kBad;
}

bisect::Asked asked_of(const BisectOptions& options, const BisectSteps& steps) {
  bisect::Asked asked{.history = steps.history(), .ids = {}, .good = steps.step(bisect::kGoodEnd).id};
  for (const BisectStep& step : steps.all()) asked.ids.push_back(step.id);
  asked.options.confidence = options.confidence;
  asked.options.budget = options.budget;
  const bool exact = !options.metric.empty() || (options.run.clock == "instructions" && !options.run.hunt);
  if (options.deterministic || exact) asked.options.rates = bisect::RateModel::deterministic();
  asked.check_ends = options.command.empty() || steps.parted();
  // The lab sees at the bad end what it has to look for; a metric is compared with the good end.
  asked.good_first = !options.metric.empty() || !options.command.empty();
  return asked;
}

// Who answers. `lab` is set when it is the lab, which can say what it is after.
struct Answering {
  std::optional<store::Store> store;
  std::unique_ptr<bisect::Oracle> oracle;
  LabOracle* lab = nullptr;
};

void choose_oracle(Session& session, BisectOptions options, const BisectSteps& steps, const bisect::Journal& journal, Answering& out) {
  if (!options.command.empty()) {
    out.oracle = command_oracle(steps, {.command = options.command,
                                        .repo = options.what.repo.empty() ? fs::path() : fs::absolute(options.what.repo),
                                        .own_worktree = options.worktree,
                                        .folder = journal.folder()});
    return;
  }
  out.store = store::Store::open(session.results_dir);
  if (!options.test.empty()) options.run.tests = {options.test};
  const LabBisect what{options.run, options.test, options.metric, options.placebos};
  auto lab = options.metric.empty() ? failure_oracle(session, *out.store, steps, what, journal)
                                    : metric_oracle(session, *out.store, steps, what, journal);
  out.lab = lab.get();
  out.oracle = std::move(lab);
}

void tell_step(const BisectSteps& steps, const bisect::Step& step, int number) {
  std::string aim;
  switch (step.aim) {
    case bisect::Probe::Aim::narrow: aim = fmt::format("{} candidates, about {} steps", step.candidates, step.steps_left); break;
    case bisect::Probe::Aim::confirm: aim = "to be sure"; break;
    case bisect::Probe::Aim::weigh: aim = fmt::format("{} candidates are likely", step.candidates); break;
  }
  fmt::print(stderr, "\nstep {}: {}  ({})\n", number, steps.step(step.commit).label(), aim);
}

int bisect_it(Session& session, BisectOptions options) {
  check(options);
  options.what.kernel = options.run.kernel;  // the series' base; each step has its own
  options.run.kernel.clear();
  std::optional<BorrowedHead> head;
  if (!options.command.empty() && !options.what.repo.empty() && !options.worktree)
    head.emplace(options.what.repo, session.results_dir / "bisects");
  // Where the steps lie depends on what they are, and what they are is known once they were read.
  const auto scratch = base::value_or_throw(base::TemporaryDirectory::create(fs::temp_directory_path(), "vmlab-bisect-"));
  const Place place = place_of(session, options, bisect_steps(options.what, scratch.path())->identity());
  std::error_code ignored;
  if (options.fresh) fs::remove_all(place.folder, ignored);
  const auto steps = bisect_steps(options.what, place.folder / "steps");
  if (steps->parted())
    fmt::print(stderr, "the bad revision does not contain the good one: they part at {}, which is tested first\n",
               steps->step(bisect::kGoodEnd).label());
  auto journal = bisect::Journal::open(place.folder, place.question, place.text);
  if (!journal) throw base::InfraError(journal.error().message, journal.error().hint);
  const bisect::Asked asked = asked_of(options, *steps);
  if (!options.log.empty()) replay(options.log, asked, *journal);
  if (!journal->entries().empty())
    fmt::print(stderr, "goes on with {} answers of {}\n", journal->entries().size(), place.folder.string());
  Answering answering;
  choose_oracle(session, options, *steps, *journal, answering);

  int number = 0;
  const bisect::Conducted done = bisect::conduct(asked, *answering.oracle, *journal,
                                                 [&](const bisect::Step& step) { tell_step(*steps, step, ++number); });

  const bool found = done.verdict.kind == bisect::Verdict::Kind::culprit;
  const bisect::Report report{.asked = asked,
                              .done = done,
                              .log = journal->entries(),
                              .name = [&](int commit) {
                                const BisectStep& step = steps->step(commit);
                                return bisect::Named{step.id, step.subject, step.author, step.date};
                              },
                              .steps = steps->text(),
                              .question = place.text,
                              .sought = answering.lab != nullptr ? answering.lab->sought() : "",
                              .reproduce = answering.lab != nullptr && found ? answering.lab->reproduce(done.verdict.culprit) : "",
                              .journal = (place.folder / "journal.jsonl").string()};
  if (!options.write_log.empty()) base::value_or_throw(base::write_file_atomic(options.write_log, bisect::log_text(report)));
  if (!options.mail.empty()) base::value_or_throw(base::write_file_atomic(options.mail, bisect::mail_text(report)));
  if (session.wants_json()) session.deliver_json(bisect::report_json(report));
  session.say("\n" + bisect::report_text(report));
  return code_of(done);
}

}  // namespace

void install_bisect(CLI::App& app, Session& session) {
  auto options = std::make_shared<BisectOptions>();
  CLI::App* command = app.add_subcommand("bisect", "Which commit, patch or option did it, and how sure is that");
  add_bisect_run_options(*command, options->run);
  command->add_option("--patches", options->what.patches, "The patches of a series: a quilt directory, a folder or mboxes")->type_name("DIR|MBOX");
  command->add_option("--repo", options->what.repo, "A git repository")->type_name("DIR");
  command->add_option("--good", options->what.good, "Revisions without the failure")->type_name("REV");
  command->add_option("--bad", options->what.bad, "A revision with it")->type_name("REV");
  command->add_option("--good-config", options->what.good_config, "A .config without the failure")->type_name("FILE");
  command->add_option("--bad-config", options->what.bad_config, "A .config with it")->type_name("FILE");
  command->add_option("--kernels", options->what.kernels, "Kernels in a row, point releases say: the good one first, the bad one last")
      ->delimiter(',')->type_name("SRC,..");
  command->add_option("--test", options->test, "The test or case that fails (default: whatever fails at the bad end only)")->type_name("GLOB");
  command->add_option("--metric", options->metric, "A benchmark's metric that moved, by the instruction clock: fork/small")->type_name("M");
  command->add_flag("--hunt", options->run.hunt, "A race: a step tries all --seeds, until one lets the test fail");
  command->add_option("--placebos", options->placebos, "Of a metric: placebo kernels to measure its band with, where there is none (default: 8)")
      ->check(CLI::Range(1, 100))->type_name("N");
  command->add_option("--confidence", options->confidence, "How sure to be, 0.5 to 0.9999 (default: 0.99)")
      ->check(CLI::Range(0.5, 0.9999))->type_name("P");
  command->add_option("--budget", options->budget, "At most so many runs")->check(CLI::Range(1, 1'000'000))->type_name("N");
  command->add_flag("--deterministic", options->deterministic, "Every answer is true: one run of each commit decides");
  command->add_flag("--fresh", options->fresh, "Forget what an interrupted or ended bisection of the same question has seen");
  command->add_flag("--worktree", options->worktree, "Run the command in a work tree of its own, not in the repository's");
  command->add_option("--log", options->log, "Begin with what this `git bisect log` knows")->type_name("FILE");
  command->add_option("--write-log", options->write_log, "Write a log that `git bisect replay` reads")->type_name("FILE");
  command->add_option("--mail", options->mail, "Write the report as a mail")->type_name("FILE");
  add_output_options(*command, session);
  command->footer("-- CMD...  any command in place of a scenario: 0 good, 125 cannot tell, 126 and more failed to do its work, else bad");
  command->callback([&session, options] {
    options->command = session.behind_dashes;
    session.exit_code = bisect_it(session, *options);
  });
}

}  // namespace cli
