// SPDX-License-Identifier: Apache-2.0
// Room for guests: as many at once as cores and memory allow. A coroutine takes a slot, waits for one if it
// must, and gives it back by destroying it.
#pragma once
#include <cstdint>
#include <list>
#include <memory>

#include "async/asio.h"

namespace lab {

class Slots {
 public:
  // `guests` at once, `memory_bytes` for all of them together.
  Slots(async::asio::any_io_executor executor, int guests, std::uint64_t memory_bytes);

  class Slot {
   public:
    Slot() = default;
    Slot(Slots* slots, std::uint64_t memory, int guests = 1) : slots_(slots), memory_(memory), guests_(guests) {}
    Slot(Slot&& other) noexcept
        : slots_(std::exchange(other.slots_, nullptr)), memory_(other.memory_), guests_(other.guests_) {}
    Slot& operator=(Slot&& other) noexcept;
    ~Slot() { release(); }

   private:
    void release();
    Slots* slots_ = nullptr;
    std::uint64_t memory_ = 0;
    int guests_ = 0;
  };

  // Memory that no guest runs in, at once: it is used already.
  Slot hold(std::uint64_t memory);

  // Among the waiting, the largest `priority` (expected time) goes first. A guest larger than all of the
  // memory still gets a slot, alone: refusing it is the scenario check's business.
  async::task<Slot> take(std::uint64_t memory, std::int64_t priority);

 private:
  struct Waiting {
    std::int64_t priority;
    std::uint64_t memory;
    bool granted = false;
    async::asio::steady_timer wake;
  };
  bool fits(std::uint64_t memory) const;
  void grant();

  async::asio::any_io_executor executor_;
  int free_guests_;
  int all_guests_;
  std::uint64_t free_memory_;
  std::list<Waiting> waiting_;
};

}  // namespace lab
