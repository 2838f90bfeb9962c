// SPDX-License-Identifier: Apache-2.0
#include "lab/snapshot_shelf.h"

namespace lab {
namespace {

constexpr int kMostBlame = 3;

}  // namespace

async::task<Frozen> SnapshotShelf::get(std::string key, Make make) {
  auto& place = entries_[key];
  if (place) {
    Entry* entry = place.get();
    while (!entry->value) (void)co_await entry->ready.async_wait(async::as_tuple_awaitable);
    co_return *entry->value;
  }
  place = std::make_unique<Entry>(executor_);
  Entry* entry = place.get();
  // Whoever waits must not wait for ever when the making is cancelled or throws.
  struct Answer {
    Entry* entry;
    ~Answer() {
      if (!entry->value) entry->value.emplace(base::fail("the guest to be frozen was given up"));
      entry->ready.cancel();
    }
  } answer{entry};
  Frozen made = co_await make();
  if (made) entry->memory = slots_.hold((*made)->memory_used());
  entry->value.emplace(std::move(made));
  co_return *entry->value;
}

void SnapshotShelf::blame(const std::string& key, const base::Error& error) {
  const auto found = entries_.find(key);
  if (found == entries_.end() || ++found->second->blamed < kMostBlame) return;
  found->second->value.emplace(base::fail("too many copies did not come up: " + error.message));
  found->second->memory = {};
}

}  // namespace lab
