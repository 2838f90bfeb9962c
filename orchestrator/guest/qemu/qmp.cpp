// SPDX-License-Identifier: Apache-2.0
#include "guest/qemu/qmp.h"

#include <fmt/format.h>

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <deque>
#include <map>
#include <optional>

namespace guest {

namespace asio = async::asio;
namespace json = boost::json;

namespace {
constexpr std::size_t kLongestLine = 16u << 20;
constexpr std::size_t kMostEvents = 1000;
constexpr auto kNever = std::chrono::steady_clock::time_point::max();
}  // namespace

// Shared with the read and write handlers under way, which find `open` false once the Qmp is gone.
struct Qmp::State : std::enable_shared_from_this<State> {
  struct Pending {
    asio::steady_timer answered;
    std::optional<base::Result<json::value>> answer;
  };

  // A socket, not a descriptor: a command for a QEMU that has died must not be a SIGPIPE.
  asio::local::stream_protocol::socket socket;
  asio::steady_timer gone;  // cancelled when the connection ends
  bool open = true;
  bool greeted = false;  // nothing may be said before QEMU's greeting was answered
  bool writing = false;
  int last_id = 0;
  std::map<int, Pending*> pending;
  std::deque<std::string> outgoing;
  std::string incoming;
  std::array<char, 16384> block{};
  std::vector<QmpEvent> events;

  State(asio::any_io_executor executor, base::UniqueFd fd)
      : socket(executor, asio::local::stream_protocol(), fd.release()), gone(executor, kNever) {}

  void read() {
    socket.async_read_some(asio::buffer(block), [self = shared_from_this()](auto error, std::size_t n) {
      if (!self->open) return;
      if (error) return self->close("QEMU closed its control connection");
      self->incoming.append(self->block.data(), n);
      self->take_lines();
      if (self->open) self->read();
    });
  }

  void write() {
    if (writing || !greeted || outgoing.empty() || !open) return;
    writing = true;
    asio::async_write(socket, asio::buffer(outgoing.front()), [self = shared_from_this()](auto error, std::size_t) {
      self->writing = false;
      self->outgoing.pop_front();
      if (error && self->open) return self->close("QEMU does not take commands any more");
      self->write();
    });
  }

  void take_lines() {
    std::size_t start = 0, end;
    while (open && (end = incoming.find('\n', start)) != std::string::npos) {
      take(std::string_view(incoming).substr(start, end - start));
      start = end + 1;
    }
    incoming.erase(0, start);
    if (incoming.size() > kLongestLine) close("QEMU sent an endless line");
  }

  void take(std::string_view line) {
    boost::system::error_code error;
    json::value value = json::parse(json::string_view(line.data(), line.size()), error);
    if (error || !value.is_object()) return;  // a blank line, or noise that no command waits for
    json::object& object = value.as_object();
    if (object.contains("QMP")) {
      if (!greeted) outgoing.push_front("{\"execute\":\"qmp_capabilities\"}\n");
      greeted = true;
      return write();
    }
    if (const auto* name = object.if_contains("event"); name != nullptr && name->is_string()) {
      QmpEvent event{.name = std::string(name->as_string()), .data = {}};
      if (auto* data = object.if_contains("data"); data != nullptr && data->is_object())
        event.data = data->as_object();
      if (events.size() < kMostEvents) events.push_back(std::move(event));
      return;
    }
    const auto* id = object.if_contains("id");
    if (id == nullptr || !id->is_int64()) return;
    const auto waiting = pending.find(static_cast<int>(id->as_int64()));
    if (waiting == pending.end()) return;  // its caller has given up
    if (auto* result = object.if_contains("return")) {
      waiting->second->answer = std::move(*result);
    } else {
      std::string text = json::serialize(object);
      if (const auto* failure = object.if_contains("error"); failure != nullptr && failure->is_object())
        if (const auto* desc = failure->as_object().if_contains("desc"); desc != nullptr && desc->is_string())
          text = std::string(desc->as_string());
      waiting->second->answer = base::fail("QEMU refused: " + text);
    }
    waiting->second->answered.cancel();
  }

  void close(const std::string& reason) {
    if (!open) return;
    open = false;
    boost::system::error_code ignored;  // closing a socket has nothing left to report
    socket.close(ignored);
    for (auto& [id, waiting] : pending) {
      waiting->answer = base::fail(reason);
      waiting->answered.cancel();
    }
    gone.cancel();
  }
};

Qmp::Qmp(asio::any_io_executor executor, base::UniqueFd fd)
    : state_(std::make_shared<State>(executor, std::move(fd))) {
  state_->read();
}

Qmp::~Qmp() { state_->close("the guest was given up"); }

async::task<base::Result<json::value>> Qmp::execute(std::string command, json::object arguments,
                                                    std::chrono::milliseconds limit) {
  const std::shared_ptr<State> state = state_;
  if (!state->open) co_return base::fail(command + ": QEMU is gone");
  const int id = ++state->last_id;
  State::Pending waiting{.answered = asio::steady_timer(state->gone.get_executor(), limit), .answer = {}};
  struct Registration {
    State& state;
    int id;
    ~Registration() { state.pending.erase(id); }
  } registration{*state, id};
  state->pending.emplace(id, &waiting);

  json::object message;
  message["execute"] = command;
  message["id"] = id;
  if (!arguments.empty()) message["arguments"] = std::move(arguments);
  state->outgoing.push_back(json::serialize(message) + "\n");
  state->write();

  const auto [timer_error] = co_await waiting.answered.async_wait(async::as_tuple_awaitable);
  if (!waiting.answer && timer_error)  // cancelled from outside
    throw boost::system::system_error(timer_error);
  if (!waiting.answer) co_return base::fail(fmt::format("{}: no answer from QEMU in {} ms", command, limit.count()));
  if (!*waiting.answer) co_return std::unexpected(std::move(waiting.answer->error()).while_doing(command));
  co_return std::move(*waiting.answer);
}

bool Qmp::open() const { return state_->open; }

const std::vector<QmpEvent>& Qmp::events() const { return state_->events; }

async::task<void> Qmp::closed(std::chrono::milliseconds limit) {
  const std::shared_ptr<State> state = state_;
  if (!state->open) co_return;
  state->gone.expires_after(limit);
  const auto [error] = co_await state->gone.async_wait(async::as_tuple_awaitable);
  if (error && state->open) throw boost::system::system_error(error);
}

}  // namespace guest
