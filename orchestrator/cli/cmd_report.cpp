// SPDX-License-Identifier: Apache-2.0
// vmlab report RUN: a stored run again, in any of its forms.
#include <fmt/format.h>

#include "cli/command.h"
#include "cli/stored_run.h"
#include "report/json.h"
#include "report/junit.h"
#include "report/ktap.h"
#include "report/terminal.h"

namespace cli {
namespace {

struct Options {
  std::string run = "last", html, junit, kcidb, ktap;
};

void write_to(const std::string& path, const std::string& text) {
  if (path.empty()) return;
  if (auto written = base::write_file_atomic(path, text); !written)
    throw base::InfraError(std::move(written.error()).while_doing("writing the report"));
}

int run(const Session& session, const Options& options) {
  if (!options.html.empty() || !options.kcidb.empty())
    throw base::InfraError("the HTML and KCIDB reports are not part of this version", "--junit, --ktap and --json are");
  const store::Store store = store::Store::open(session.results_dir);
  const report::RunView view = load_view(session, store, options.run);
  write_to(options.junit, report::junit_xml(view));
  write_to(options.ktap, report::ktap_text(view));
  if (session.wants_json()) session.deliver_json(report::run_json(view));
  if (!session.json) session.say(report::terminal_text(view, session.terminal()));
  return report::exit_code(view);
}

}  // namespace

void install_report(CLI::App& app, Session& session) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("report", "A stored run as text, JSON, JUnit or KTAP");
  command->add_option("RUN", options->run, "An id, last or last~N");
  command->add_option("--html", options->html)->type_name("DIR")->group("");
  command->add_option("--kcidb", options->kcidb)->type_name("FILE")->group("");
  command->add_option("--junit", options->junit, "Write JUnit XML")->type_name("FILE");
  command->add_option("--ktap", options->ktap, "Write KTAP")->type_name("FILE");
  add_output_options(*command, session);
  command->callback([&session, options] { session.exit_code = run(session, *options); });
}

}  // namespace cli
