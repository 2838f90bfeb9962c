// SPDX-License-Identifier: Apache-2.0
#include "guest/scripted/scripted_guest.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace guest {
namespace {

namespace asio = async::asio;
using namespace std::chrono_literals;

class ScriptedGuestTest : public testing::Test {
 protected:
  std::string read_port(Guest& guest) {
    char buffer[256];
    const ssize_t n = ::read(guest.port(), buffer, sizeof buffer);
    return n > 0 ? std::string(buffer, static_cast<std::size_t>(n)) : std::string(n == 0 ? "EOF" : "");
  }
  base::TemporaryDirectory folder_ = base::TemporaryDirectory::create(base::fs::temp_directory_path(), "play").value();
  asio::io_context loop_;
  Orders orders_;
};

}  // namespace

TEST_F(ScriptedGuestTest, PlaysItsStepsInOrderAndEndsAsTold) {
  using namespace script;
  const auto guest = start_scripted(loop_.get_executor(),
                                    {print("booting\n"), say("HELLO"), hear("PLAN"), spend(90s), wait(1ms), print("Oops\n"),
                                     end(GuestEnd::Kind::reset, "panic"), print("never\n")},
                                    folder_.path(), &orders_).value();
  loop_.run_for(20ms);
  EXPECT_EQ(guest->take_console(), "booting\n");
  EXPECT_EQ(read_port(*guest), "HELLO");
  EXPECT_EQ(read_port(*guest), "");
  EXPECT_FALSE(guest->ended());
  ASSERT_EQ(::write(guest->port(), "xPLANx", 6), 6);
  loop_.restart();
  loop_.run_for(50ms);
  EXPECT_EQ(guest->take_console(), "Oops\n");
  EXPECT_EQ(guest->cpu_use().used, 90s);
  ASSERT_TRUE(guest->ended());
  EXPECT_EQ(guest->ended()->text, "panic");
  EXPECT_EQ(read_port(*guest), "EOF");
}

TEST_F(ScriptedGuestTest, RemembersItsOrders) {
  const auto guest =
      start_scripted(loop_.get_executor(), {script::obey("info"), script::print("asked\n")}, folder_.path(), &orders_).value();
  std::optional<GuestEnd> end;
  std::string answer;
  auto order = [](Guest& g, std::string& text) -> async::task<GuestEnd> {
    co_await g.pause();
    std::string command = "info registers -a";
    text = (co_await g.monitor(std::move(command))).value();
    co_return co_await g.end(1s);
  };
  asio::co_spawn(loop_, order(*guest, answer), [&](std::exception_ptr, GuestEnd how) { end = how; });
  loop_.run_for(1s);
  EXPECT_EQ(orders_, (Orders{"pause", "monitor info registers -a", "end"}));
  EXPECT_EQ(answer, "info registers -a");
  EXPECT_EQ(guest->take_console(), "asked\n");
  EXPECT_EQ(end->kind, GuestEnd::Kind::told_to);
}

}  // namespace guest
