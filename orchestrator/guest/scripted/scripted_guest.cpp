// SPDX-License-Identifier: Apache-2.0
#include "guest/scripted/scripted_guest.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/write.hpp>

#include "async/process.h"
#include "guest/console_log.h"

namespace guest {

namespace asio = async::asio;

namespace script {
using Kind = ScriptStep::Kind;
ScriptStep before(std::string bytes) { return {.kind = Kind::before, .text = std::move(bytes)}; }
ScriptStep say(std::string bytes) { return {.kind = Kind::say, .text = std::move(bytes)}; }
ScriptStep print(std::string text) { return {.kind = Kind::print, .text = std::move(text)}; }
ScriptStep wait(std::chrono::milliseconds time) { return {.kind = Kind::wait, .time = time}; }
ScriptStep spend(std::chrono::milliseconds time) { return {.kind = Kind::spend, .time = time}; }
ScriptStep crowd(std::chrono::milliseconds time) { return {.kind = Kind::crowd, .time = time}; }
ScriptStep hear(std::string text) { return {.kind = Kind::hear, .text = std::move(text)}; }
ScriptStep obey(std::string text) { return {.kind = Kind::obey, .text = std::move(text)}; }
ScriptStep end(GuestEnd::Kind kind, std::string text) {
  return {.kind = Kind::end, .outcome = {kind, std::move(text)}};
}
}  // namespace script

namespace {

// Shared with the handlers under way, which find `end` set once the guest is gone.
struct Play : std::enable_shared_from_this<Play> {
  std::vector<ScriptStep> steps;
  std::size_t at = 0;
  asio::posix::stream_descriptor port;
  asio::steady_timer timer;
  asio::steady_timer ended;
  base::UniqueFd console;
  std::string heard, said_before;
  std::vector<std::string> orders;  // since the last obey
  std::array<char, 4096> block{};
  CpuUse use;
  std::optional<GuestEnd> end;

  Play(asio::any_io_executor executor, base::UniqueFd fd)
      : port(executor, fd.release()), timer(executor), ended(executor, std::chrono::steady_clock::time_point::max()) {}

  void finish(GuestEnd how) {
    if (end) return;
    end = std::move(how);
    boost::system::error_code ignored;  // closing a socket has nothing left to report
    port.close(ignored);
    timer.cancel();
    ended.cancel();
  }

  void listen() {
    port.async_read_some(asio::buffer(block), [self = shared_from_this()](auto error, std::size_t n) {
      if (self->end || error) return;
      self->heard.append(self->block.data(), n);
      if (self->at < self->steps.size() && self->steps[self->at].kind == ScriptStep::Kind::hear) self->advance();
      if (!self->end) self->listen();
    });
  }

  void ordered(std::string order) {
    orders.push_back(std::move(order));
    if (at < steps.size() && steps[at].kind == ScriptStep::Kind::obey) advance();
  }

  void advance() {
    while (!end && at < steps.size()) {
      ScriptStep& step = steps[at];
      switch (step.kind) {
        case ScriptStep::Kind::say:
          asio::async_write(port, asio::buffer(step.text), [self = shared_from_this()](auto, std::size_t) {
            ++self->at;  // whatever became of it: a host that does not read is the host's affair
            self->advance();
          });
          return;
        case ScriptStep::Kind::print:
          (void)!::write(console.get(), step.text.data(), step.text.size());
          break;
        case ScriptStep::Kind::wait:
          timer.expires_after(std::chrono::duration_cast<std::chrono::steady_clock::duration>(step.time));
          timer.async_wait([self = shared_from_this()](auto error) {
            if (error) return;
            ++self->at;
            self->advance();
          });
          return;
        case ScriptStep::Kind::before: break;
        case ScriptStep::Kind::spend: use.used += step.time; break;
        case ScriptStep::Kind::crowd: use.waiting += step.time; break;
        case ScriptStep::Kind::hear: {
          const auto found = heard.find(step.text);
          if (found == std::string::npos) return;  // listen() comes back
          heard.erase(0, found + step.text.size());
          break;
        }
        case ScriptStep::Kind::obey: {
          const auto found = std::ranges::find_if(
              orders, [&](const std::string& order) { return order.find(step.text) != std::string::npos; });
          if (found == orders.end()) return;  // ordered() comes back
          orders.erase(orders.begin(), found + 1);
          break;
        }
        case ScriptStep::Kind::end: return finish(step.outcome);
      }
      ++at;
    }
  }
};

class ScriptedGuest final : public Guest {
 public:
  ScriptedGuest(std::shared_ptr<Play> play, base::UniqueFd port, base::fs::path console, Orders* orders)
      : play_(std::move(play)), port_(std::move(port)), console_(std::move(console)), orders_(orders) {}
  ~ScriptedGuest() override { play_->finish({GuestEnd::Kind::told_to, "given up"}); }

  int port() const override { return port_.get(); }
  std::string_view said_before() const override { return play_->said_before; }
  std::string take_console() override { return console_.take(); }
  const base::fs::path& console_log() const override { return console_.path(); }
  CpuUse cpu_use() override { return play_->use; }
  std::string complaints() const override { return {}; }
  std::optional<GuestEnd> ended() override { return play_->end; }

  async::task<base::Result<void>> type(std::string text, bool after_break) override {
    return obey("type " + text + (after_break ? " after break" : ""));
  }
  async::task<base::Result<void>> pause() override { return obey("pause"); }
  async::task<base::Result<void>> resume() override { return obey("resume"); }
  async::task<base::Result<void>> inject_nmi() override { return obey("inject_nmi"); }

  async::task<base::Result<void>> dump_memory(base::fs::path file) override {
    auto obeyed = co_await obey("dump_memory " + file.filename().string());
    if (obeyed) co_return base::write_file_atomic(file, "a scripted guest has no memory\n");
    co_return obeyed;
  }

  async::task<base::Result<std::string>> monitor(std::string command) override {
    auto obeyed = co_await obey("monitor " + command);
    if (!obeyed) co_return std::unexpected(obeyed.error());
    co_return command;
  }

  async::task<GuestEnd> wait_end() override {
    while (!play_->end) {
      const auto [error] = co_await play_->ended.async_wait(async::as_tuple_awaitable);
      if (error && !play_->end) throw boost::system::system_error(error);
    }
    co_return *play_->end;
  }

  async::task<GuestEnd> end(std::chrono::milliseconds) override {
    if (orders_ != nullptr && !play_->end) orders_->push_back("end");
    play_->finish({GuestEnd::Kind::told_to, "ended by vmlab"});
    co_return *play_->end;
  }

 private:
  async::task<base::Result<void>> obey(std::string order) {
    if (play_->end) co_return base::fail(order + ": the guest is gone");
    if (orders_ != nullptr) orders_->push_back(order);
    play_->ordered(std::move(order));
    co_return base::Result<void>();
  }

  std::shared_ptr<Play> play_;
  base::UniqueFd port_;
  ConsoleLog console_;
  Orders* orders_;
};

}  // namespace

base::Result<std::unique_ptr<Guest>> start_scripted(asio::any_io_executor executor, std::vector<ScriptStep> steps,
                                                    const base::fs::path& folder, Orders* orders) {
  auto pair = async::socket_pair();
  if (!pair) return std::unexpected(pair.error());
  const base::fs::path log = folder / "console.log";
  auto play = std::make_shared<Play>(executor, std::move(pair->second));
  play->console.reset(::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (!play->console) return std::unexpected(base::errno_error("create " + log.string(), errno));
  play->steps = std::move(steps);
  if (!play->steps.empty() && play->steps.front().kind == ScriptStep::Kind::before)
    play->said_before = play->steps.front().text;
  play->listen();
  asio::post(executor, [play] { play->advance(); });
  return std::make_unique<ScriptedGuest>(std::move(play), std::move(pair->first), log, orders);
}

}  // namespace guest
