// SPDX-License-Identifier: Apache-2.0
// vmlab ktap [FILE|-]: results in any TAP/KTAP text, or in the dialects of the mm selftests.
#include <fmt/format.h>

#include "base/text.h"
#include "cli/command.h"
#include "cli/input.h"
#include "ktap/json.h"
#include "ktap/parser.h"

namespace cli {
namespace {

struct Options {
  std::string file = "-";
  std::string dialect = "auto";
  std::string test;
  std::string machine;
};

void print_for_people(const Session& session, const ktap::Report& report) {
  std::string text;
  model::OutcomeCounts counts;
  for (const ktap::Case& result : report.cases) {
    counts.add(result.outcome);
    text += fmt::format("{:<8} {}", model::to_string(result.outcome), base::printable(result.id));
    if (result.reason) text += "  (" + base::printable(*result.reason) + ")";
    text += "\n";
  }
  for (const std::string& note : report.notes) text += "note: " + base::printable(note) + "\n";
  text += fmt::format("{} results", report.cases.size());
  if (report.planned) text += fmt::format(", {} planned", *report.planned);
  text += report.complete ? "\n" : ", incomplete\n";
  session.say(text);
}

int run(const Session& session, const Options& options) {
  const auto dialect = model::dialect_from(options.dialect);
  if (!dialect)
    user_error("there is no dialect '" + base::printable(options.dialect) + "'",
               "one of: auto, tap, uffd_unit_tests, uffd_stress, exit_code, benchmark");
  ktap::Parser parser(options.test, *dialect, options.machine);
  read_input(options.file, [&](std::string_view piece) { parser.feed(piece); });
  const ktap::Report report = parser.finish(ktap::ProcessEnd::unknown());
  if (session.wants_json()) session.deliver_json(ktap::report_to_json(report));
  if (!session.json) print_for_people(session, report);
  for (const ktap::Case& result : report.cases)
    if (model::verdict_of(result.outcome) == model::Verdict::bad) return kBad;
  // Text without a single result, or that may lack its end, is not good news.
  return report.cases.empty() || !report.complete ? kBad : kGood;
}

}  // namespace

void install_ktap(CLI::App& app, Session& session) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("ktap", "Results in any TAP or KTAP text");
  command->add_option("FILE", options->file, "The text; - is standard input");
  command->add_option("--dialect", options->dialect, "auto, tap, uffd_unit_tests, uffd_stress, exit_code or benchmark");
  command->add_option("--test-id", options->test, "Put before every case's name");
  command->add_option("--machine", options->machine,
                      "The machine the text is from, for skips that are inherent there");
  add_output_options(*command, session);
  command->callback([&session, options] { session.exit_code = run(session, *options); });
}

}  // namespace cli
