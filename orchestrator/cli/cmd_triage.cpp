// SPDX-License-Identifier: Apache-2.0
// vmlab triage [FILE|-]: crash reports in any console log.
#include <fmt/format.h>

#include "base/text.h"
#include "cli/command.h"
#include "cli/input.h"
#include "triage/json.h"
#include "triage/triage.h"

namespace cli {
namespace {

int run(const Session& session, const std::string& file) {
  triage::Triage triage;
  read_input(file, [&](std::string_view piece) { triage.feed(piece); });
  const std::vector<triage::Report> reports = triage.finish();
  if (session.wants_json()) session.deliver_json(base::trim(triage::to_json(reports)));
  if (!session.json) {
    std::string text;
    for (const triage::Report& report : reports) {
      text += fmt::format("{}-{}: {}  [{}]", report.start_line, report.end_line, base::printable(report.title),
                          triage::kind_name(report.kind));
      if (!report.file.empty()) text += "  " + base::printable(report.file);
      if (report.corrupted) text += "  (cut or interleaved)";
      text += "\n";
    }
    if (triage.dropped() > 0) text += fmt::format("and {} more reports, not kept\n", triage.dropped());
    session.say(reports.empty() ? "no crash reports\n" : text);
  }
  return reports.empty() ? kGood : kBad;
}

}  // namespace

void install_triage(CLI::App& app, Session& session) {
  auto file = std::make_shared<std::string>("-");
  CLI::App* command = app.add_subcommand("triage", "Crash reports in any console log");
  command->add_option("FILE", *file, "The log; - is standard input");
  add_output_options(*command, session);
  command->callback([&session, file] { session.exit_code = run(session, *file); });
}

}  // namespace cli
