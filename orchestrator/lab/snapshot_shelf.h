// SPDX-License-Identifier: Apache-2.0
// The frozen guests of one machine, each booted once however many tests want a copy of it. What they hold of the
// host's memory is taken from what guests may use.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "guest/qemu/snapshot.h"
#include "lab/slots.h"

namespace lab {

using Frozen = base::Result<std::shared_ptr<const guest::Snapshot>>;

class SnapshotShelf {
 public:
  using Make = std::function<async::task<Frozen>()>;

  SnapshotShelf(async::asio::any_io_executor executor, Slots& slots) : executor_(executor), slots_(slots) {}

  // The snapshot of this key (guest::snapshot_key): the first who asks has it made, the others wait. What could
  // not be frozen is an Error for all who ask: it is not tried again for each test.
  async::task<Frozen> get(std::string key, Make make);
  // A copy did not come up. After the third time the snapshot counts as one that could not be made.
  void blame(const std::string& key, const base::Error& error);

 private:
  struct Entry {
    explicit Entry(async::asio::any_io_executor executor)
        : ready(executor, std::chrono::steady_clock::time_point::max()) {}
    std::optional<Frozen> value;
    async::asio::steady_timer ready;  // cancelled once the value is there
    Slots::Slot memory;
    int blamed = 0;
  };
  async::asio::any_io_executor executor_;
  Slots& slots_;
  std::map<std::string, std::unique_ptr<Entry>> entries_;
};

}  // namespace lab
