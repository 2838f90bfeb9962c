// SPDX-License-Identifier: Apache-2.0
#include "lab/snapshot_shelf.h"

#include <gtest/gtest.h>

namespace lab {
namespace {

namespace asio = async::asio;
using namespace std::chrono_literals;

class SnapshotShelfTest : public testing::Test {
 protected:
  // Asks for "key"; what is made takes a moment, so that others ask meanwhile.
  void ask(bool works) {
    asio::co_spawn(
        loop_,
        [](SnapshotShelfTest* self, bool works) -> async::task<void> {
          SnapshotShelf::Make make = [self, works] { return self->made(works); };
          self->got_.push_back(co_await self->shelf_.get("key", std::move(make)));
        }(this, works),
        [](std::exception_ptr e) { EXPECT_FALSE(e); });
  }
  async::task<Frozen> made(bool works) {
    ++made_;
    asio::steady_timer timer(loop_, 1ms);
    co_await timer.async_wait(asio::use_awaitable);
    if (!works) co_return base::fail("no");
    co_return std::make_shared<const guest::Snapshot>();
  }
  void run() {
    loop_.run();
    loop_.restart();
  }

  asio::io_context loop_;
  Slots slots_{loop_.get_executor(), 2, 1000};
  SnapshotShelf shelf_{loop_.get_executor(), slots_};
  int made_ = 0;
  std::vector<Frozen> got_;
};

}  // namespace

TEST_F(SnapshotShelfTest, MakesEachOnceHoweverManyAsk) {
  for (int i = 0; i < 3; ++i) ask(true);
  run();
  ask(true);
  run();
  EXPECT_EQ(made_, 1);
  ASSERT_EQ(got_.size(), 4u);
  for (const Frozen& one : got_) EXPECT_EQ(one.value(), got_.front().value());
}

TEST_F(SnapshotShelfTest, WhatCouldNotBeFrozenIsNotTriedAgainForEachTest) {
  for (int i = 0; i < 2; ++i) ask(false);
  run();
  ask(true);
  run();
  EXPECT_EQ(made_, 1);
  for (const Frozen& one : got_) EXPECT_FALSE(one);
}

TEST_F(SnapshotShelfTest, AfterThreeCopiesThatDidNotComeUpThereAreNoMore) {
  ask(true);
  run();
  for (int i = 0; i < 2; ++i) shelf_.blame("key", {"no answer"});
  ask(true);
  run();
  EXPECT_TRUE(got_.back());
  shelf_.blame("key", {"no answer"});
  ask(true);
  run();
  EXPECT_FALSE(got_.back());
}

}  // namespace lab
