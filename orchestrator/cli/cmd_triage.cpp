// SPDX-License-Identifier: Apache-2.0
// vmlab triage [FILE|-]: crash reports in any console log.
#include <fmt/format.h>

#include "base/text.h"
#include "cli/command.h"
#include "cli/input.h"
#include "triage/json.h"
#include "triage/symbols.h"
#include "triage/trace_text.h"
#include "triage/triage.h"

namespace cli {
namespace {

struct Arguments {
  std::string file = "-";
  std::string vmlinux;
};

int run(const Session& session, const Arguments& arguments) {
  const std::string& file = arguments.file;
  triage::Options options;
  if (!arguments.vmlinux.empty()) {
    auto symbols = triage::Symbols::open(arguments.vmlinux);
    if (!symbols) user_error(symbols.error().message, symbols.error().hint);
    options.symbols = *symbols;
  }
  const bool no_lines = options.symbols && !options.symbols->has_lines();
  triage::Triage triage(std::move(options));
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
      text += "\n" + triage::trace_text(report);
    }
    if (no_lines && !reports.empty())
      text += "the vmlinux holds no source lines: build it with CONFIG_DEBUG_INFO\n";
    if (triage.dropped() > 0) text += fmt::format("and {} more reports, not kept\n", triage.dropped());
    session.say(reports.empty() ? "no crash reports\n" : text);
  }
  return reports.empty() ? kGood : kBad;
}

}  // namespace

void install_triage(CLI::App& app, Session& session) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("triage", "Crash reports in any console log");
  command->add_option("FILE", arguments->file, "The log; - is standard input");
  command->add_option("--vmlinux", arguments->vmlinux,
                      "The kernel's uncompressed vmlinux: frames get their source lines");
  add_output_options(*command, session);
  command->callback([&session, arguments] { session.exit_code = run(session, *arguments); });
}

}  // namespace cli
