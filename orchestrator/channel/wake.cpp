// SPDX-License-Identifier: Apache-2.0
#include "channel/wake.h"

#include <fmt/format.h>
#include <sys/random.h>
#include <sys/socket.h>

#include <cstring>
#include <memory>
#include <vector>

#include "channel/message_reader.h"
#include "wire/message.h"

namespace channel {
namespace {

namespace asio = async::asio;
using namespace std::chrono_literals;

constexpr std::size_t kEntropy = 64;
// What a guest can have said before it answered: heartbeats, a few lines of its log.
constexpr std::size_t kMostBefore = 256u << 10;

std::string frame_of(const Wakeup& wakeup) {
  std::string out(WIRE_HEADER_SIZE + 64 + wakeup.entropy.size(), '\0');
  auto* start = reinterpret_cast<std::uint8_t*>(out.data());
  wire_writer writer;
  wire_writer_init(&writer, start + WIRE_HEADER_SIZE, static_cast<std::uint32_t>(out.size() - WIRE_HEADER_SIZE));
  const wire_restored restored{wakeup.token, wakeup.realtime_ns, wakeup.seed,
                               {reinterpret_cast<const std::uint8_t*>(wakeup.entropy.data()),
                                static_cast<std::uint32_t>(wakeup.entropy.size())}};
  wire_put_restored(&writer, &restored);
  VMLAB_ASSERT(!writer.failed);
  out.resize(wire_encode(start, out.size(), WIRE_RESTORED, 0, start + WIRE_HEADER_SIZE, writer.used));
  return out;
}

// The answer, if it is among what lies on the port.
std::optional<Ready> find_ready(std::string_view bytes, std::uint64_t token) {
  auto decoder = std::make_unique<wire_decoder>();
  wire_decoder_init(decoder.get());
  while (!bytes.empty()) {
    bytes.remove_prefix(wire_decoder_push(decoder.get(), bytes.data(), bytes.size()));
    wire_frame frame;
    for (wire_status status; (status = wire_decoder_next(decoder.get(), &frame)) != WIRE_NEED_MORE;) {
      if (status != WIRE_FRAME || frame.type != WIRE_READY) continue;
      const Message message = decode(frame);
      if (const auto* ready = std::get_if<Ready>(&message); ready != nullptr && ready->token == token) return *ready;
    }
  }
  return std::nullopt;
}

}  // namespace

base::Result<Wakeup> fresh_wakeup(std::optional<std::uint64_t> seed) {
  Wakeup wakeup;
  wakeup.entropy.resize(kEntropy + sizeof wakeup.token);
  if (::getrandom(wakeup.entropy.data(), wakeup.entropy.size(), 0) != static_cast<ssize_t>(wakeup.entropy.size()))
    return std::unexpected(base::errno_error("draw random numbers", errno));
  std::memcpy(&wakeup.token, wakeup.entropy.data() + kEntropy, sizeof wakeup.token);
  wakeup.entropy.resize(kEntropy);
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  wakeup.realtime_ns = static_cast<std::uint64_t>(std::chrono::nanoseconds(now).count());
  wakeup.seed = seed.value_or(0);
  return wakeup;
}

async::task<base::Result<Ready>> wake(int port, Wakeup wakeup, std::chrono::milliseconds limit) {
  using Woken = base::Result<Ready>;
  const std::string frame = frame_of(wakeup);
  // The socket of a guest that has not been spoken to has room for so little.
  const ssize_t sent = ::send(port, frame.data(), frame.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent != static_cast<ssize_t>(frame.size()))
    co_return Woken(std::unexpected(base::errno_error("wake the restored guest", sent < 0 ? errno : EAGAIN)));
  const auto deadline = std::chrono::steady_clock::now() + limit;
  asio::steady_timer timer(co_await asio::this_coro::executor);
  std::string seen(kMostBefore, '\0');
  ssize_t looked_at = 0;
  while (std::chrono::steady_clock::now() < deadline) {
    const ssize_t n = ::recv(port, seen.data(), seen.size(), MSG_PEEK | MSG_DONTWAIT);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
      co_return Woken(base::fail("the restored guest ended before it said a word"));
    if (n > looked_at) {
      looked_at = n;
      const auto ready = find_ready(std::string_view(seen).substr(0, static_cast<std::size_t>(n)), wakeup.token);
      if (ready && ready->entropy_errno != 0)
        co_return Woken(base::fail(fmt::format("the restored guest shares its random numbers (errno {})", ready->entropy_errno)));
      if (ready) co_return Woken(*ready);
    }
    // Data that stays unread keeps the descriptor readable: waiting for that would spin.
    timer.expires_after(1ms);
    co_await timer.async_wait(asio::use_awaitable);
  }
  co_return Woken(base::fail(fmt::format("no answer from the restored guest within {} ms", limit.count())));
}

}  // namespace channel
