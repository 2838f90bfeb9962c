// SPDX-License-Identifier: Apache-2.0
// How long a guest may take for what is not a test. All in charged time (charged_time.h), so that a loaded host
// makes no verdict; tests make them small.
#pragma once
#include <chrono>

namespace runner {

struct Limits {
  using Duration = std::chrono::nanoseconds;
  Duration boot = std::chrono::seconds(180);     // the slowest boot takes 10 s on an idle host
  Duration between = std::chrono::seconds(120);  // pools, swap, taking it all down again
  Duration kill = std::chrono::seconds(45);      // the agent waits 2 s after SIGTERM and 10 s after SIGKILL
  Duration goodbye = std::chrono::seconds(20);
  Duration after_crash = std::chrono::seconds(20);  // a crashed kernel's test often waits for ever
  // Without a heartbeat (one a second) or any other word of the agent: time to look what is wrong.
  Duration silence = std::chrono::seconds(60);
  Duration heard = std::chrono::seconds(5);  // an agent that spoke so lately is not silent
  Duration starved = std::chrono::seconds(10);  // watched at least so long before a stall is put down to the host
  Duration sysrq = std::chrono::seconds(10);  // for the kernel's answer on the console
  // What only the console says counts once /dev/kmsg has had this long to bring it too.
  Duration console_grace = std::chrono::seconds(2);
};

}  // namespace runner
