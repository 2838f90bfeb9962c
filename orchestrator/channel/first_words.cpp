// SPDX-License-Identifier: Apache-2.0
#include "channel/first_words.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <array>
#include <vector>

#include "base/text.h"
#include "channel/message_reader.h"
#include "wire/message.h"

namespace channel {
namespace {

namespace asio = async::asio;
using namespace std::chrono_literals;

constexpr std::size_t kMost = 8u << 20;  // a boot's kernel log has some hundred KiB
constexpr std::uint32_t kOldest = 2;     // the protocol that knows RESTORED
constexpr std::uint64_t kToken = 1;
constexpr auto kPause = 2ms;

// Appends what has come. False: the guest is gone.
base::Result<bool> take(int port, std::string& words) {
  std::array<char, 65536> block;
  while (words.size() < kMost) {
    const ssize_t n = ::recv(port, block.data(), block.size(), MSG_DONTWAIT);
    if (n > 0) {
      words.append(block.data(), static_cast<std::size_t>(n));
      continue;
    }
    if (n == 0 || errno == ECONNRESET) return false;
    if (errno == EAGAIN) return true;
    if (errno != EINTR) return std::unexpected(base::errno_error("read the guest's port", errno));
  }
  return base::fail("the agent talks without an end before it has a plan");
}

base::Result<void> ask(int port) {
  std::array<std::uint8_t, WIRE_HEADER_SIZE + 8> frame;
  wire_writer writer;
  wire_writer_init(&writer, frame.data() + WIRE_HEADER_SIZE, 8);
  wire_put_u64(&writer, kToken);
  const std::size_t size = wire_encode(frame.data(), frame.size(), WIRE_PING, 0, frame.data() + WIRE_HEADER_SIZE, writer.used);
  VMLAB_ASSERT(!writer.failed && size == frame.size());
  // The socket of a guest that has not been spoken to has room for so little.
  const ssize_t sent = ::send(port, frame.data(), size, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent != static_cast<ssize_t>(size)) return std::unexpected(base::errno_error("speak to the guest", sent < 0 ? errno : EAGAIN));
  return {};
}

// How far the agent is.
class Progress {
 public:
  // False: enough was heard.
  base::Result<bool> more(std::string_view bytes, int port) {
    std::vector<Message> messages;
    reader_.feed(bytes, messages);
    for (const Message& message : messages) {
      if (const auto* hello = std::get_if<Hello>(&message); hello != nullptr && hello->protocol < kOldest)
        return base::fail(fmt::format("the agent speaks protocol {}, {} is the first that copies can be woken with",
                                      hello->protocol, kOldest));
      if (const auto* goodbye = std::get_if<Goodbye>(&message))
        return base::fail("the agent says goodbye: " + base::printable(goodbye->reason));
      if (const auto* trouble = std::get_if<Trouble>(&message)) return base::fail("the transport failed: " + trouble->text);
      if (std::holds_alternative<Facts>(message))
        if (auto asked = ask(port); !asked) return std::unexpected(asked.error());
      if (const auto* pong = std::get_if<Pong>(&message); pong != nullptr && pong->token == kToken) return false;
    }
    return true;
  }

 private:
  MessageReader reader_;
};

}  // namespace

async::task<base::Result<std::string>> first_words(int port, std::chrono::milliseconds limit) {
  using Words = base::Result<std::string>;
  const auto deadline = std::chrono::steady_clock::now() + limit;
  asio::steady_timer timer(co_await asio::this_coro::executor);
  std::string words;
  Progress progress;
  while (std::chrono::steady_clock::now() < deadline) {
    const std::size_t heard = words.size();
    const auto alive = take(port, words);
    if (!alive) co_return Words(std::unexpected(alive.error()));
    const auto more = progress.more(std::string_view(words).substr(heard), port);
    if (!more) co_return Words(std::unexpected(more.error()));
    if (!*more) co_return Words(std::move(words));
    if (!*alive) co_return Words(base::fail("the guest ended before its agent waited for a plan"));
    timer.expires_after(kPause);
    co_await timer.async_wait(asio::use_awaitable);
  }
  co_return Words(base::fail(fmt::format("the agent did not wait for a plan within {} ms", limit.count())));
}

base::Result<std::string> last_words(int port) {
  std::string words;
  if (const auto alive = take(port, words); !alive) return std::unexpected(alive.error());
  return words;
}

}  // namespace channel
