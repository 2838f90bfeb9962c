// SPDX-License-Identifier: Apache-2.0
// Hands a guest over to a debugger. It stands still in QEMU's sense: its clocks stand too, and no limit runs. Under the
// instruction clock a guest with one vCPU does afterwards what it would have done anyway. With several, a stop ends the
// turn of the vCPU that has it (QEMU's accel/tcg/tcg-accel-ops-rr.c goes on to the next), and the turns after it are others:
// such a guest waits before its first instruction, and is itself up to the first breakpoint.
#include <fmt/format.h>

#include "runner/boot_run.h"

namespace runner {

async::task<void> BootRun::stop_for_debugger() {
  const auto paused = co_await guest_->pause();
  // The human monitor's command (system/runstate or gdbstub/system.c in QEMU): it says what it waits on, or that it cannot.
  const auto said = paused ? co_await guest_->monitor("gdbserver " + input_.stop->listen)
                           : base::Result<std::string>(std::unexpected(paused.error()));
  if (!said || said->starts_with("Could not")) {
    infra_ = fmt::format("no debugger can be let in at {}: {}", input_.stop->listen, said ? *said : said.error().text());
    done_ = true;
    co_return;
  }
  const std::string_view address = std::string_view(input_.stop->listen).substr(input_.stop->listen.find(':') + 1);
  sink_.note(record_, fmt::format("stands at {} and waits for a debugger:",
                                  input_.stop->test.empty() ? "its first instruction" : "the start of " + input_.stop->test));
  sink_.note(record_, fmt::format("gdb-multiarch {} -ex 'target remote {}'",
                                  input_.vmlinux.empty() ? "vmlinux" : input_.vmlinux.string(), address));
  sink_.note(record_, "hbreak FUNCTION and continue lead to the place; detach lets the guest go on, kill ends it");
}

}  // namespace runner
