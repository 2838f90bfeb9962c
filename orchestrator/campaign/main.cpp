// SPDX-License-Identifier: Apache-2.0
// fault_campaign: hurts the lab on purpose, fault after fault, and says what became of each. Exit 0 when nothing was
// wrong, 1 when something was, 2 for wrong arguments, 3 when the host cannot carry the campaign.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>

#include "campaign/campaign.h"

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  campaign::Options options;
  options.root = VMLAB_SOURCE_DIR;
  CLI::App app{"Injects faults into vmlab and checks that no verdict, no result and no process is lost to them.", "fault_campaign"};
  app.add_option("--scripted", options.scripted, "Faults on scripted guests (milliseconds each)")->capture_default_str();
  app.add_option("--real", options.real, "Faults on the real program with real guests (seconds each)")->capture_default_str();
  app.add_option("--seed", options.seed, "Everything that is drawn comes from it")->capture_default_str();
  app.add_option("--only", options.only, "Only the fault of this number");
  app.add_option("--kind", options.kind, "Only faults whose kind contains this text");
  app.add_option("--journal", options.journal, "Where the log goes, a JSON object a line")->capture_default_str();
  app.add_option("--root", options.root, "The checkout whose copy the lab works with")->capture_default_str();
  app.add_option("--program", options.program, "The vmlab to hurt; $VMLAB_PROGRAM by default");
  app.add_option("--work", options.work, "A folder on the cache's file system for the campaign's own files");
  app.add_flag("--keep", options.keep, "Keep the folders of faults that went wrong");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    return campaign::run_campaign(options) ? 0 : 1;
  } catch (const base::InfraError& error) {
    fmt::print(stderr, "fault_campaign: {}\n", error.what());
    if (!error.hint().empty()) fmt::print(stderr, "  try: {}\n", error.hint());
  } catch (const std::exception& error) {
    fmt::print(stderr, "fault_campaign: {}\n", error.what());
  }
  return 3;
}
