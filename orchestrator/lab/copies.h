// SPDX-License-Identifier: Apache-2.0
// From a kernel and an image to a frozen guest, and from that to a copy that is awake.
#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "guest/qemu/snapshot.h"

namespace lab {

struct CopyLimits {
  // Of the host's time, so generous: whoever exceeds them gets a guest that is booted, and no verdict.
  std::chrono::milliseconds boot{120'000}, freeze{30'000}, restore{30'000}, wake{20'000};
};

// Boots `spec`, whose image holds no plan, until its agent waits for one, and freezes it. What the guest printed
// stays in `folder`.
async::task<base::Result<std::shared_ptr<const guest::Snapshot>>> freeze_guest(guest::QemuSpec spec,
                                                                               base::fs::path folder, std::string note,
                                                                               CopyLimits limits = {});

// A copy with a clock that is right and random numbers of its own, or the seed's; it waits for its plan.
async::task<base::Result<std::unique_ptr<guest::Guest>>> start_copy(guest::QemuSpec spec,
                                                                    std::shared_ptr<const guest::Snapshot> snapshot,
                                                                    base::fs::path folder, std::string note,
                                                                    std::optional<std::uint64_t> seed,
                                                                    CopyLimits limits = {});

}  // namespace lab
