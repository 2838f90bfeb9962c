// SPDX-License-Identifier: Apache-2.0
// A running guest as its runner sees it: a byte stream to the agent, a console, a few orders, an end.
// qemu/ runs real ones, scripted/ plays transcripts. Whoever owns the object owns the guest: destroying it
// kills and reaps whatever ran.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "async/asio.h"
#include "base/error.h"
#include "base/file.h"

namespace guest {

// How a guest ended. Only `failed` is the host's fault; what the others mean depends on what was asked.
struct GuestEnd {
  enum class Kind {
    powered_off,  // the guest switched itself off
    reset,        // the guest rebooted: a panic (panic=-1), a triple fault, or reboot()
    told_to,      // we ended it
    failed,       // QEMU could not start, died or was killed by somebody else
  };
  Kind kind = Kind::failed;
  std::string text;  // for people: "QEMU 'exit status 1': could not load kernel ..."
};

// Processor time of the emulator. What a guest's limit is counted in, so that a loaded host makes no hang.
struct CpuUse {
  std::chrono::nanoseconds used{};     // user and system time of all its threads
  std::chrono::nanoseconds waiting{};  // runnable but not running: how crowded the host is
  bool wants_processor = false;        // just now one of its threads runs, waits to run or waits for the host's disk
  bool stopped = false;                // somebody has stopped it (SIGSTOP) and not let it go on yet
};

class Guest {
 public:
  virtual ~Guest() = default;

  // Our end of the agent's byte stream, non-blocking; -1 if there is none. Stays the guest's.
  virtual int port() const = 0;
  // What the agent had said when this guest was frozen; empty for one that was booted. A restored guest speaks on
  // from there, and its agent waits for a plan.
  virtual std::string_view said_before() const { return {}; }

  // What the console printed since the last call, at most 256 KiB; never blocks. Also works after the end,
  // when calls until it is empty give the rest.
  virtual std::string take_console() = 0;
  // Where the whole console text is kept.
  virtual const base::fs::path& console_log() const = 0;
  // Types on the console; with `after_break` behind a serial break, which is how SysRq is asked for.
  virtual async::task<base::Result<void>> type(std::string text, bool after_break) = 0;

  // Orders to the emulator. Errors: it did not answer in time, is gone, or refused.
  virtual async::task<base::Result<void>> pause() = 0;
  virtual async::task<base::Result<void>> resume() = 0;
  virtual async::task<base::Result<void>> inject_nmi() = 0;
  // A command of the human monitor, as "info registers -a"; its text.
  virtual async::task<base::Result<std::string>> monitor(std::string command) = 0;

  // Writes the guest's memory and registers to `file` as an ELF core that gdb reads (debug info is the kernel's
  // vmlinux); the guest stands still meanwhile. As large as the memory. Errors as above; no half file stays.
  virtual async::task<base::Result<void>> dump_memory(base::fs::path file) = 0;

  virtual CpuUse cpu_use() = 0;
  // What the emulator said on stderr so far (its first 64 KiB).
  virtual std::string complaints() const = 0;

  // Empty while it runs and, for a moment, until the reason of its end is known; run the loop in between.
  virtual std::optional<GuestEnd> ended() = 0;
  virtual async::task<GuestEnd> wait_end() = 0;
  // Asks it to quit, kills it after `grace`. Returns at once if it has ended.
  virtual async::task<GuestEnd> end(std::chrono::milliseconds grace) = 0;
};

}  // namespace guest
