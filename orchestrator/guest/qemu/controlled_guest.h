// SPDX-License-Identifier: Apache-2.0
// Inside this room: a QEMU guest together with its control connection, and what a start needs on top of a plain
// boot when a guest is to be frozen (snapshot.h) or comes from a frozen one.
#pragma once
#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "guest/guest.h"
#include "guest/qemu/command_line.h"
#include "guest/qemu/qmp.h"

namespace guest {

class ControlledGuest : public Guest {
 public:
  virtual Qmp& qmp() = 0;
  virtual pid_t pid() const = 0;
};

struct StartExtras {
  std::vector<int> ram;     // memory files, one per NUMA node; empty: memory as usual
  int migration = -1;       // the stream of device state: a template writes it, a copy reads it
  int gdb = -1;             // QEMU's end of a debugger stub's socket
  bool copy = false;        // of a frozen guest: waits for its state; what it writes to its memory stays its own
  std::string said_before;  // of a copy: what the agent and the console had said
  std::string console_before;
};

// The number of the migration stream in QEMU, for "fd:N".
inline constexpr int kMigrationFd = 6;

base::Result<std::unique_ptr<ControlledGuest>> start_controlled(async::asio::any_io_executor executor,
                                                                const QemuSpec& spec, const base::fs::path& folder,
                                                                std::string_view note, StartExtras extras);

}  // namespace guest
