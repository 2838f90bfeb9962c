// SPDX-License-Identifier: Apache-2.0
#include "lab/slots.h"

#include <gtest/gtest.h>

#include "async/task_group.h"

namespace lab {
namespace asio = async::asio;
using namespace std::chrono_literals;
namespace {

async::task<void> guest(Slots& slots, std::string name, std::uint64_t memory, std::int64_t priority,
                        std::vector<std::string>& log) {
  Slots::Slot slot = co_await slots.take(memory, priority);
  log.push_back(name);
  asio::steady_timer timer(co_await asio::this_coro::executor, 2ms);
  co_await timer.async_wait(asio::use_awaitable);
}

std::vector<std::string> order_of(int guests, std::uint64_t memory,
                                  std::vector<std::tuple<std::string, std::uint64_t, std::int64_t>> asked) {
  asio::io_context loop;
  Slots slots(loop.get_executor(), guests, memory);
  std::vector<std::string> log;
  for (auto& [name, size, priority] : asked)
    asio::co_spawn(loop, guest(slots, name, size, priority, log), [](std::exception_ptr e) { EXPECT_FALSE(e); });
  loop.run();
  return log;
}

}  // namespace

TEST(Slots, LetTheLongestJobGoFirst) {
  EXPECT_EQ(order_of(1, 100, {{"first", 1, 0}, {"short", 1, 5}, {"long", 1, 50}}),
            (std::vector<std::string>{"first", "long", "short"}));
}

TEST(Slots, KeepGuestsOutThatWouldNotFitIntoMemory) {
  EXPECT_EQ(order_of(4, 100, {{"a", 80, 0}, {"big", 50, 9}, {"small", 20, 1}}),
            (std::vector<std::string>{"a", "small", "big"}));
}

TEST(Slots, MemoryThatIsHeldIsNotGivenToGuestsUntilItIsGivenBack) {
  asio::io_context loop;
  Slots slots(loop.get_executor(), 4, 100);
  std::vector<std::string> log;
  auto held = std::make_optional(slots.hold(70));
  for (const char* name : {"a", "b"})
    asio::co_spawn(loop, guest(slots, name, 30, 0, log), [](std::exception_ptr e) { EXPECT_FALSE(e); });
  loop.run_one();
  loop.run_one();
  EXPECT_EQ(log, std::vector<std::string>{"a"});
  held.reset();
  loop.run();
  EXPECT_EQ(log, (std::vector<std::string>{"a", "b"}));
}

// Ctrl-C ends the guest that holds the slot, too: what it gives back must not start another.
TEST(Slots, GiveNothingToWhoIsCancelledAtTheSameMoment) {
  asio::io_context loop;
  Slots slots(loop.get_executor(), 1, 100);
  std::vector<std::string> log;
  asio::cancellation_signal holder, waiter;
  int cancelled = 0;
  const auto ended = [&](std::exception_ptr e) { cancelled += e != nullptr; };
  asio::co_spawn(loop, guest(slots, "holds", 1, 0, log), asio::bind_cancellation_slot(holder.slot(), ended));
  asio::co_spawn(loop, guest(slots, "waits", 1, 0, log), asio::bind_cancellation_slot(waiter.slot(), ended));
  loop.run_one();
  loop.run_one();
  holder.emit(asio::cancellation_type::terminal);
  loop.run_one();  // the holder leaves and the slot is granted
  waiter.emit(asio::cancellation_type::terminal);
  loop.run();
  EXPECT_EQ(log, std::vector<std::string>{"holds"});
  EXPECT_EQ(cancelled, 2);
}

TEST(Slots, RunAGuestLargerThanTheMemoryAlone) {
  EXPECT_EQ(order_of(2, 10, {{"huge", 50, 0}, {"huger", 60, 0}}), (std::vector<std::string>{"huge", "huger"}));
}

}  // namespace lab
