// SPDX-License-Identifier: Apache-2.0
// vmlab hunt SCENARIO --test ID --seeds A..B: one test under many schedules, until one lets it fail.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "base/text.h"
#include "cli/run_options.h"
#include "cli/shrink.h"
#include "cli/stored_run.h"
#include "compare/sought.h"
#include "model/outcome.h"

namespace cli {
namespace {

namespace json = boost::json;

struct Interrupted {};

// Seeds by what came of them; a job of a hunt is a seed.
struct Tried {
  std::size_t passed = 0, failed = 0, nothing = 0;  // nothing: the host took it, or it could not run
  std::size_t all() const { return passed + failed + nothing; }
};

Tried count(const model::Run& run, const std::vector<lab::HuntFind>& finds) {
  Tried tried;
  for (const model::JobRecord& job : run.jobs) {
    if (std::ranges::find(finds, job.job, &lab::HuntFind::job) != finds.end()) {
      ++tried.failed;
      continue;
    }
    const auto ran = [&](const model::CaseResult& r) {
      const auto verdict = model::verdict_of(r.outcome);
      return r.job == job.job && (verdict == model::Verdict::good || verdict == model::Verdict::news);
    };
    ++(std::ranges::any_of(run.results, ran) ? tried.passed : tried.nothing);
  }
  return tried;
}

// The result that stands for a find: the worst of the test's cases.
const model::CaseResult* worst(const model::Run& run, const lab::HuntFind& find) {
  const model::CaseResult* out = nullptr;
  for (const model::CaseResult& result : run.results)
    if (result.job == find.job && result.test == find.test && result.attempt == 1 &&
        (out == nullptr || model::merge_rank(result.outcome) < model::merge_rank(out->outcome)))
      out = &result;
  return out;
}

std::string found_text(const lab::HuntFind& find, const model::CaseResult& result, const Tried& tried) {
  std::string text = fmt::format("found: seed {} on {}: {} {}{}\n", find.seed, find.machine, base::printable(result.id),
                                 model::to_string(result.outcome),
                                 result.reason ? ": " + base::printable(result.reason->substr(0, 200)) : "");
  text += fmt::format("  {} seeds ran, {} passed\n", tried.all(), tried.passed);
  if (find.confirmed)
    text += fmt::format("  the seed again: the same to the byte (transcript {})\n", find.transcript.substr(0, 16));
  else if (find.differences.empty()) text += "  NOT confirmed: the seed could not be run again\n";
  for (const std::string& difference : find.differences)
    text += "  NOT the same when run again: " + base::printable(difference) + "\n";
  return text + fmt::format("  vmlab reproduce {}\n", result.handle);
}

json::object found_json(const lab::HuntFind& find, const model::CaseResult& result) {
  json::array differences;
  for (const std::string& difference : find.differences) differences.push_back(json::value(base::printable(difference)));
  return {{"machine", find.machine},
          {"test", base::printable(find.test)},
          {"id", base::printable(result.id)},
          {"seed", find.seed},
          {"handle", result.handle},
          {"outcome", model::to_string(result.outcome)},
          {"reason", result.reason ? json::value(base::printable(*result.reason)) : json::value(nullptr)},
          {"reproduce", "vmlab reproduce " + result.handle},
          {"confirmed", find.confirmed},
          {"transcript", find.transcript},
          {"differences", std::move(differences)}};
}

void check(const lab::RunRequest& request, const std::string& glob) {
  for (const scenario::JobRequest& job : request.jobs) {
    if (job.tests.size() <= 1) continue;
    std::string names;
    for (const model::TestSpec& test : job.tests) names += (names.empty() ? "" : ", ") + test.id;
    user_error(fmt::format("--test {} selects {} tests of {}: {}", base::printable(glob), job.tests.size(),
                           job.scenario->name, base::printable(names)),
               "a hunt runs one test: give its whole id");
  }
}

// One hunt, carried out and counted.
struct Hunted {
  CarriedOut done;
  model::Run run;
  Tried tried;
};

Hunted carry_out_hunt(Session& session, const RunOptions& options, const std::string& command, store::Store& store) {
  const std::vector<std::uint64_t> seeds = parse_seeds("--seeds", options.seeds);
  lab::RunRequest request = request_of(session, options);
  check(request, options.tests.empty() ? "" : options.tests.front());
  request.command = command;
  request.seeds = seeds;
  request.check_exact = false;  // what it finds is run again
  Hunted out{.done = carry_out(session, request, store), .run = {}, .tried = {}};
  std::ranges::sort(out.done.end.finds, {}, &lab::HuntFind::seed);
  out.run = base::value_or_throw(store.load_run(out.done.run)).run;
  out.tried = count(out.run, out.done.end.finds);
  return out;
}

std::string arguments_text(const Words& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + base::shell_quote(word);
  return text;
}

// Hunts with smaller arguments for the same failure, each a run of its own that can be reproduced like any other. With
// other arguments a seed is another schedule, so a few of them get their chance.
constexpr std::uint64_t kSeedsForSmaller = 20;

struct Smaller {
  std::string text;
  json::value json;
};

Smaller smaller(Session& session, RunOptions options, const Hunted& hunted, store::Store& store) {
  const lab::HuntFind& find = hunted.done.end.finds.front();
  const auto sought = compare::sought_failures(load_view(session, store, hunted.done.run).settled, nullptr, find.test);
  options.machines = {find.machine};
  options.archs.clear();
  options.seeds = fmt::format("{}..{}", find.seed, find.seed + kSeedsForSmaller - 1);
  Words words;
  for (const scenario::JobRequest& job : request_of(session, options).jobs)
    for (const model::TestSpec& test : job.tests)
      if (test.id == find.test) words = test.arguments;
  const std::string before = arguments_text(words);
  std::string handle, after = before;
  std::uint64_t seed = find.seed;
  int tried = 0;
  const auto still_fails = [&](const Words& less) {
    options.arguments = arguments_text(less);
    ++tried;
    session.say(fmt::format("smaller? {}\n", base::printable(*options.arguments)));
    const Hunted again = carry_out_hunt(session, options, run_command_text(options), store);
    if (!again.done.whole) throw Interrupted{};
    if (again.done.end.finds.empty()) return false;
    const auto seen = compare::look_for(sought, load_view(session, store, again.done.run).settled);
    const model::CaseResult* result = worst(again.run, again.done.end.finds.front());
    if (seen.kind != compare::Sighting::Kind::seen || result == nullptr) return false;
    handle = result->handle;
    seed = again.done.end.finds.front().seed;
    after = *options.arguments;
    return true;
  };
  bool whole = true;
  try {
    shrink(words, still_fails);
  } catch (const Interrupted&) {
    whole = false;  // what was found stands
  }
  json::object object{{"arguments", base::printable(after)}, {"tried", tried}, {"whole", whole}};
  if (handle.empty() && !whole)
    return {fmt::format("  interrupted while smaller arguments than '{}' were tried\n", base::printable(before)), std::move(object)};
  if (handle.empty())
    return {fmt::format("  not with smaller arguments than '{}': {} tried, {} seeds each\n", base::printable(before), tried,
                        kSeedsForSmaller),
            std::move(object)};
  object["seed"] = seed;
  object["handle"] = handle;
  return {fmt::format("  with smaller arguments too: '{}' instead of '{}', seed {} ({} tried{})\n  vmlab reproduce {}\n",
                      base::printable(after), base::printable(before), seed, tried, whole ? "" : ", interrupted", handle),
          std::move(object)};
}

int hunt(Session& session, const RunOptions& options) {
  store::Store store = store::Store::open(session.results_dir);
  const Hunted hunted = carry_out_hunt(session, options, session.command_line, store);
  const Tried& tried = hunted.tried;
  std::string text;
  json::array found;
  for (const lab::HuntFind& find : hunted.done.end.finds)
    if (const model::CaseResult* result = worst(hunted.run, find)) {
      text += found_text(find, *result, tried);
      found.push_back(found_json(find, *result));
    }
  const bool unresolved = found.empty();
  if (unresolved)
    text = fmt::format("not found: {} of {} seeds ran, {} passed, {} came to nothing\n", tried.all(),
                       parse_seeds("--seeds", options.seeds).size(), tried.passed, tried.nothing);
  session.say("\n" + text);
  Smaller less;
  if (options.shrink && !unresolved && hunted.done.whole) {
    less = smaller(session, options, hunted, store);
    session.say(less.text);
  }
  if (session.wants_json()) {
    const json::value first = found.empty() ? json::value(nullptr) : found.front().at("seed");
    session.deliver_json(json::serialize(json::object{{"run", hunted.done.run},
                                                      {"verdict", unresolved ? "unresolved" : "found"},
                                                      {"seed", first},
                                                      {"found", std::move(found)},
                                                      {"smaller", std::move(less.json)},
                                                      {"seeds", tried.all()},
                                                      {"passed", tried.passed},
                                                      {"failed", tried.failed},
                                                      {"nothing", tried.nothing}}));
  }
  if (!unresolved) return kGood;
  if (!hunted.done.whole) return kInterrupted;
  return tried.passed == 0 && tried.nothing > 0 ? kInfra : kBad;
}

}  // namespace

void install_hunt(CLI::App& app, Session& session) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* command = app.add_subcommand("hunt", "Run one test under many schedules, until one lets it fail");
  add_hunt_options(*command, *options);
  command->get_option("--test")->required();
  add_output_options(*command, session);
  command->callback([&session, options] { session.exit_code = hunt(session, *options); });
}

}  // namespace cli
