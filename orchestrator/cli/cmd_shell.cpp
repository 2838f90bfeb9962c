// SPDX-License-Identifier: Apache-2.0
// vmlab shell SCENARIO: an interactive guest with the scenario's kernel, selftests and image.
#include <fmt/format.h>
#include <unistd.h>

#include <cstring>

#include "base/text.h"
#include "cli/run_options.h"
#include "guest/qemu/command_line.h"
#include "lab/job_plan.h"
#include "lab/kernel_artifacts.h"

namespace cli {
namespace {

template <class T>
T need(lab::Built<T> built) {
  if (built) return std::move(*built);
  const lab::BuildProblem& problem = built.error();
  if (problem.kind == lab::BuildProblem::Kind::user) throw base::UserError{problem.diagnostics};
  throw base::InfraError(problem.reason + (problem.evidence.empty() ? "" : "\n" + problem.evidence));
}

void say_progress(const std::string& what, double) { fmt::print(stderr, "{}\n", what); }

// Replaces this program by QEMU: nothing is left that could outlive it, and the terminal is QEMU's.
[[noreturn]] void become_qemu(const guest::QemuSpec& spec, bool gdb, const base::fs::path& vmlinux) {
  guest::Wiring wiring;
  wiring.console = "stdio,mux=on,signal=off";
  wiring.monitor_on_console = true;
  wiring.port = "null";
  auto arguments = guest::qemu_arguments(spec, wiring);
  if (!arguments) throw base::InfraError(arguments.error());
  if (gdb) {
    for (const char* argument : {"-gdb", "tcp:127.0.0.1:1234", "-S"}) arguments->emplace_back(argument);
    fmt::print(stderr, "the guest waits for gdb:\n  gdb-multiarch {} -ex 'target remote 127.0.0.1:1234'\n",
               vmlinux.empty() ? "vmlinux" : vmlinux.string());
  }
  fmt::print(stderr, "Ctrl-a x ends the guest, Ctrl-a c is QEMU's monitor, Ctrl-a h helps.\n");
  const std::string program = guest::qemu_program(spec);
  std::vector<char*> argv{const_cast<char*>(program.c_str())};
  for (std::string& argument : *arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  std::signal(SIGPIPE, SIG_DFL);
  ::execvp(program.c_str(), argv.data());
  throw base::InfraError(base::errno_error("start " + program, errno).message, "vmlab doctor");
}

void run(Session& session, const RunOptions& options, bool gdb) {
  lab::RunRequest request = request_of(session, options);
  if (request.jobs.empty()) user_error("the scenario selects no machine");
  const scenario::JobRequest& job = request.jobs.front();
  lab::KernelArtifacts artifacts(session.checkout());
  const lab::BuiltKernel kernel = need(artifacts.kernel(job.kernel, *job.machine, say_progress));
  const lab::BuiltSelftests selftests = need(artifacts.selftests(job.selftests, *job.machine, say_progress));
  lab::BuiltTools tools = need(artifacts.tools(*job.machine, say_progress));
  lab::BuiltTools shell = need(artifacts.shell(*job.machine, say_progress));

  image::ImageSpec spec{.agent = tools.agent, .trees = shell.shell};
  for (image::Entry& entry : lab::module_entries(kernel)) spec.extra.push_back(std::move(entry));
  spec.trees.push_back({.host = selftests.folder, .guest = lab::kSelftestsInGuest, .identity = selftests.identity});
  const image::BaseImage base = need(artifacts.base_image(spec));
  model::Plan plan;
  plan.interactive = true;
  const base::fs::path folder = session.results_dir / "shell";
  base::fs::create_directories(folder);
  const base::fs::path initrd = folder / (std::string(job.machine->id) + ".initrd");
  base::value_or_throw(image::assemble(base, plan.text(), initrd));

  guest::QemuSpec qemu = lab::guest_of(job, kernel.image);
  qemu.name = "shell";
  qemu.initrd = initrd;
  become_qemu(qemu, gdb, kernel.vmlinux);
}

}  // namespace

void install_shell(CLI::App& app, Session& session) {
  auto options = std::make_shared<RunOptions>();
  auto gdb = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("shell", "An interactive guest: same kernel, same image");
  add_run_options(*command, *options);
  command->add_flag("--gdb", *gdb, "Wait for gdb on 127.0.0.1:1234 before the first instruction");
  add_results_option(*command, session);
  command->callback([&session, options, gdb] { run(session, *options, *gdb); });
}

}  // namespace cli
