// SPDX-License-Identifier: Apache-2.0
// What the guest agent says, as values that own their text. guest-tools/wire/message.h is the reference of
// the fields; text is whatever the guest sent and stays hostile: escape it before it reaches a terminal.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace channel {

struct Hello {
  std::uint32_t protocol = 0;
  std::string build;
  bool big_endian = false;
  int word_bits = 0;
  std::uint32_t page_size = 0;
  std::string release;
  std::string machine;
  std::uint64_t boot_ns = 0;
};

// "name=value" lines: what the guest has. See fact().
struct Facts {
  std::string text;
};

struct Heartbeat {
  std::uint64_t now_ns = 0;
  std::optional<std::uint32_t> test;
};

struct TestStart {
  std::uint32_t test = 0;
  std::uint64_t now_ns = 0;
};

struct Output {
  std::uint32_t test = 0;
  bool is_stderr = false;
  std::uint64_t now_ns = 0;
  std::string data;
};

struct TestEnd {
  enum class How { exited, signalled, not_started };
  enum class Limit { in_time, hit, unkillable };
  std::uint32_t test = 0;
  How how = How::exited;
  std::uint32_t code = 0;  // exit status, signal number or the guest's errno
  Limit limit = Limit::in_time;
  std::uint64_t duration_ns = 0;
  std::uint64_t user_us = 0;
  std::uint64_t system_us = 0;
  std::uint64_t max_rss_kib = 0;
};

struct Vmstat {
  std::uint32_t test = 0;
  bool after = false;
  std::string text;
};

// Records of /dev/kmsg, still in its format; KernelLog takes them.
struct Kmsg {
  std::uint32_t lost = 0;
  std::string records;
};

struct Setup {
  std::uint32_t test = 0;
  bool ok = false;
  std::string text;
};

struct Evidence {
  std::optional<std::uint32_t> test;
  std::string name;
  std::string text;
};

struct Log {
  enum class Level { info, warning, error };
  Level level = Level::info;
  std::string text;
};

struct Goodbye {
  std::string reason;
  std::uint32_t tests_run = 0;
};

struct Pong {
  std::uint64_t token = 0;
};

// The agent of a restored guest is awake and has made its own what the copies would share.
struct Ready {
  std::uint64_t token = 0;
  std::uint64_t now_ns = 0;
  std::uint32_t clock_errno = 0;    // the guest's errno; 0: its clock is set
  std::uint32_t entropy_errno = 0;  // the guest's errno; 0: its random numbers are its own
};

// Something on the line that was no good message. The transport is part of the kernel under test, so this
// is reported and never by itself a verdict.
struct Trouble {
  enum class Kind {
    skipped,        // bytes that were no frame
    cut,            // the connection ended inside a frame, as it does when a guest panics or is ended
    lost,           // a gap in the frames' numbers
    other_version,  // a frame of a wire version we do not speak
    malformed,      // a frame whose payload is not what its type says
  };
  Kind kind = Kind::skipped;
  std::uint64_t amount = 0;  // bytes skipped, frames lost
  std::string text;          // for people
};

using Message = std::variant<Hello, Facts, Heartbeat, TestStart, Output, TestEnd, Vmstat, Kmsg, Setup, Evidence,
                             Log, Goodbye, Pong, Ready, Trouble>;

// The value of `name` in a Facts text; nullopt when the guest did not say.
std::optional<std::string> fact(const Facts& facts, std::string_view name);

}  // namespace channel
