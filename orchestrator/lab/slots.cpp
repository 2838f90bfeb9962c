// SPDX-License-Identifier: Apache-2.0
#include "lab/slots.h"

#include <algorithm>

namespace lab {

Slots::Slots(async::asio::any_io_executor executor, int guests, std::uint64_t memory_bytes)
    : executor_(executor), free_guests_(guests), all_guests_(guests), free_memory_(memory_bytes) {}

Slots::Slot& Slots::Slot::operator=(Slot&& other) noexcept {
  if (this != &other) {
    release();
    slots_ = std::exchange(other.slots_, nullptr);
    memory_ = other.memory_;
    guests_ = other.guests_;
  }
  return *this;
}

void Slots::Slot::release() {
  if (slots_ == nullptr) return;
  slots_->free_guests_ += guests_;
  slots_->free_memory_ += memory_;
  std::exchange(slots_, nullptr)->grant();
}

bool Slots::fits(std::uint64_t memory) const {
  if (free_guests_ == all_guests_) return true;  // alone
  return free_guests_ > 0 && memory <= free_memory_;
}

Slots::Slot Slots::hold(std::uint64_t memory) {
  memory = std::min(memory, free_memory_);  // what it gives back is what it took
  free_memory_ -= memory;
  return Slot(this, memory, 0);
}

void Slots::grant() {
  while (true) {
    auto best = waiting_.end();
    for (auto it = waiting_.begin(); it != waiting_.end(); ++it)
      if (!it->granted && fits(it->memory) && (best == waiting_.end() || it->priority > best->priority)) best = it;
    if (best == waiting_.end()) return;
    best->granted = true;
    --free_guests_;
    best->memory = std::min(best->memory, free_memory_);  // what it gives back is what it took
    free_memory_ -= best->memory;
    best->wake.cancel();
  }
}

async::task<Slots::Slot> Slots::take(std::uint64_t memory, std::int64_t priority) {
  namespace asio = async::asio;
  waiting_.push_back({.priority = priority, .memory = memory, .wake = asio::steady_timer(executor_)});
  const auto entry = std::prev(waiting_.end());
  entry->wake.expires_at(std::chrono::steady_clock::time_point::max());
  // Whoever leaves, cancelled or not, must take its entry along.
  struct Leave {
    std::list<Waiting>& list;
    std::list<Waiting>::iterator entry;
    ~Leave() { list.erase(entry); }
  } leave{waiting_, entry};
  grant();
  bool cancelled = false;
  if (!entry->granted) {
    // Cancelled while it is being granted, it would otherwise go on as if nothing had been said.
    co_await asio::this_coro::throw_if_cancelled(false);
    (void)co_await entry->wake.async_wait(async::as_tuple_awaitable);
    cancelled = (co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none;
    co_await asio::this_coro::throw_if_cancelled(true);
  }
  Slot slot = entry->granted ? Slot(this, entry->memory) : Slot();
  if (cancelled || !entry->granted) throw boost::system::system_error(asio::error::operation_aborted);
  co_return slot;
}

}  // namespace lab
