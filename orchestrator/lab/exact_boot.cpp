// SPDX-License-Identifier: Apache-2.0
#include "lab/exact_boot.h"

#include <fmt/format.h>
#include <unistd.h>

#include "guest/qemu/qemu_guest.h"

namespace lab {

namespace asio = async::asio;
using namespace std::chrono_literals;

namespace {
constexpr std::size_t kMostWords = std::size_t{8} << 20;
}  // namespace

async::task<PlainBoot> boot_plainly(guest::QemuSpec spec, base::fs::path folder, std::string expected_on_console,
                                    std::chrono::seconds limit) {
  PlainBoot result;
  base::fs::create_directories(folder);
  const auto executor = co_await asio::this_coro::executor;
  const auto start = std::chrono::steady_clock::now();
  auto started = guest::start_qemu(executor, spec, folder, "a guest that proves something about QEMU");
  if (!started) {
    result.trouble = started.error().text();
    co_return result;
  }
  guest::Guest& guest = **started;
  asio::steady_timer timer(executor);
  std::string& words = result.said.port;
  std::string& console = result.said.console;
  std::optional<guest::GuestEnd> end;
  bool all = false;  // the port is at its end too
  while ((!end || !all) && std::chrono::steady_clock::now() - start < limit) {
    timer.expires_after(10ms);
    co_await timer.async_wait(asio::use_awaitable);
    end = guest.ended();  // before the reading: what came before the end is read after it
    char buffer[65536];
    ssize_t n = 0;
    while (guest.port() >= 0 && words.size() < kMostWords && (n = ::read(guest.port(), buffer, sizeof buffer)) > 0)
      words.append(buffer, static_cast<std::size_t>(n));
    all = n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR) || words.size() >= kMostWords;
    if (console.size() < kMostWords) console += guest.take_console();
    const bool spoke = expected_on_console.empty() ? words.contains("VMLB") : console.contains(expected_on_console);
    if (spoke && !result.spoke) result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    result.spoke = result.spoke || spoke;
    // A board that cannot switch itself off says goodbye and halts.
    if (!end && !spec.machine->powers_off && console.contains("System Halted")) end = co_await guest.end(2s);
  }
  if (!end) result.trouble = fmt::format("no end within {} s", limit.count());
  else if (end->kind == guest::GuestEnd::Kind::failed) result.trouble = end->text;
  else if (!result.spoke) result.trouble = "it ended without a word: " + end->text;
  co_return result;
}

}  // namespace lab
