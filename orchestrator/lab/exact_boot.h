// SPDX-License-Identifier: Apache-2.0
// A guest that boots, does what the plan in its image says and ends, without a runner: for questions about QEMU and the
// instruction clock, not about kernels.
#pragma once
#include <chrono>
#include <string>

#include "async/asio.h"
#include "guest/qemu/command_line.h"
#include "lab/exact_transcript.h"

namespace lab {

struct PlainBoot {
  bool spoke = false;   // the agent said hello; of a guest without one: the console has its words
  double seconds = 0;   // until then, wall time
  Transcript said;
  std::string trouble;  // empty: it ended as it should
};

// In `folder`, which is made; `expected_on_console` of a guest without an agent. Within `limit` of wall time: hosts are
// loaded and ppc64's firmware takes its time.
async::task<PlainBoot> boot_plainly(guest::QemuSpec spec, base::fs::path folder, std::string expected_on_console = {},
                                    std::chrono::seconds limit = std::chrono::seconds(180));

}  // namespace lab
