// SPDX-License-Identifier: Apache-2.0
#include "channel/session.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <boost/asio/write.hpp>
#include <deque>

#include "base/file.h"
#include "channel/message_reader.h"
#include "wire/message.h"

namespace channel {

namespace asio = async::asio;

namespace {
constexpr std::size_t kMostWaiting = 1000;       // messages; each at most a frame's payload
constexpr std::size_t kPlanPiece = 32u << 10;
constexpr auto kNever = std::chrono::steady_clock::time_point::max();
}  // namespace

// Shared with the handlers under way, which find `open` false once the Session is gone.
struct Session::State : std::enable_shared_from_this<State> {
  asio::posix::stream_descriptor socket;
  asio::steady_timer arrived;  // cancelled when a message came or the end
  bool open = true;
  bool reading = false;
  bool writing = false;
  MessageReader reader;
  std::deque<Message> waiting;
  std::vector<Message> fresh;
  std::array<char, 32768> block{};
  std::deque<std::string> outgoing;
  std::uint32_t sequence = 0;

  State(asio::any_io_executor executor, int fd) : socket(executor, fd), arrived(executor, kNever) {}

  void read() {
    if (reading || !open || waiting.size() >= kMostWaiting) return;
    reading = true;
    socket.async_read_some(asio::buffer(block), [self = shared_from_this()](auto error, std::size_t n) {
      self->reading = false;
      if (!self->open) return;
      if (error) {  // EOF, or a reset when QEMU died with bytes unread
        self->reader.finish(self->fresh);
        self->close();
      } else {
        self->take(std::string_view(self->block.data(), n));
      }
      self->hand_out();
      self->read();
    });
  }

  void take(std::string_view bytes) {
    reader.feed(bytes, fresh);
    hand_out();
  }

  void hand_out() {
    for (Message& message : fresh) waiting.push_back(std::move(message));
    fresh.clear();
    if (!waiting.empty()) arrived.cancel();
  }

  void write() {
    if (writing || outgoing.empty() || !open) return;
    writing = true;
    asio::async_write(socket, asio::buffer(outgoing.front()), [self = shared_from_this()](auto error, std::size_t) {
      self->writing = false;
      self->outgoing.pop_front();
      // Reading goes on: what the guest said before it went is still to come, then its EOF.
      if (error) self->outgoing.clear();
      self->write();
    });
  }

  void send(std::uint8_t type, const void* payload, std::size_t size) {
    if (!open) return;
    std::string frame(WIRE_HEADER_SIZE + size, '\0');
    const std::size_t used = wire_encode(reinterpret_cast<std::uint8_t*>(frame.data()), frame.size(), type, sequence++,
                                         static_cast<const std::uint8_t*>(payload), size);
    VMLAB_ASSERT(used == frame.size());
    outgoing.push_back(std::move(frame));
    write();
  }

  void close() {
    if (!open) return;
    open = false;
    boost::system::error_code ignored;  // closing a socket has nothing left to report
    socket.close(ignored);
    arrived.cancel();
  }
};

base::Result<Session> Session::open(asio::any_io_executor executor, int port, std::string_view said_before) {
  base::UniqueFd copy(::fcntl(port, F_DUPFD_CLOEXEC, 3));
  if (!copy) return std::unexpected(base::errno_error("open the guest's port", errno));
  auto state = std::make_shared<State>(std::move(executor), copy.get());
  copy.release();
  if (!said_before.empty()) {
    state->sequence = 1;  // the frame that woke it was the first
    state->take(said_before);
  }
  state->read();
  return Session(std::move(state));
}

Session::Session(std::shared_ptr<State> state) : state_(std::move(state)) {}
Session::Session(Session&&) noexcept = default;

Session& Session::operator=(Session&& other) noexcept {
  if (this != &other) {
    if (state_) state_->close();
    state_ = std::move(other.state_);
  }
  return *this;
}

Session::~Session() {
  if (state_) state_->close();
}

async::task<std::expected<Message, ChannelEnd>> Session::next(std::chrono::steady_clock::time_point deadline) {
  const std::shared_ptr<State> state = state_;
  if (state->waiting.empty() && state->open) {
    state->arrived.expires_at(deadline);
    const auto [error] = co_await state->arrived.async_wait(async::as_tuple_awaitable);
    if (error && state->waiting.empty() && state->open)  // cancelled from outside
      throw boost::system::system_error(error);
  }
  if (state->waiting.empty()) co_return std::unexpected(state->open ? ChannelEnd::deadline : ChannelEnd::closed);
  Message message = std::move(state->waiting.front());
  state->waiting.pop_front();
  state->read();
  co_return message;
}

void Session::send_plan(std::string_view text) {
  do {
    const std::string_view piece = text.substr(0, kPlanPiece);
    text.remove_prefix(piece.size());
    std::array<std::uint8_t, kPlanPiece + 16> payload;
    wire_writer writer;
    wire_writer_init(&writer, payload.data(), payload.size());
    const wire_plan plan{.last = text.empty(),
                         .text = {reinterpret_cast<const std::uint8_t*>(piece.data()), static_cast<std::uint32_t>(piece.size())}};
    wire_put_plan(&writer, &plan);
    VMLAB_ASSERT(!writer.failed);
    state_->send(WIRE_PLAN, payload.data(), writer.used);
  } while (!text.empty());
}

void Session::send_kill(std::uint32_t test) {
  std::array<std::uint8_t, 4> payload;
  wire_writer writer;
  wire_writer_init(&writer, payload.data(), payload.size());
  wire_put_u32(&writer, test);
  state_->send(WIRE_KILL, payload.data(), writer.used);
}

void Session::send_ping(std::uint64_t token) {
  std::array<std::uint8_t, 8> payload;
  wire_writer writer;
  wire_writer_init(&writer, payload.data(), payload.size());
  wire_put_u64(&writer, token);
  state_->send(WIRE_PING, payload.data(), writer.used);
}

void Session::send_sysrq(char key) { state_->send(WIRE_SYSRQ, &key, 1); }
void Session::send_poweroff() { state_->send(WIRE_POWEROFF, nullptr, 0); }

}  // namespace channel
