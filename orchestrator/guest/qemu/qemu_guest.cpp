// SPDX-License-Identifier: Apache-2.0
#include "guest/qemu/qemu_guest.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "async/process.h"
#include "base/text.h"
#include "guest/console_log.h"
#include "guest/cpu_use.h"
#include "guest/qemu/controlled_guest.h"
#include "guest/qemu/port_file.h"
#include "guest/qemu/qmp.h"
#include "guest/qemu/still_clock.h"

namespace guest {

namespace asio = async::asio;
namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

// QEMU answers from its main loop, which waits for the lock that a busy vCPU thread holds.
constexpr auto kAnswerLimit = 20s;
constexpr auto kReasonLimit = 1s;
constexpr auto kDumpLimit = 600s;  // gigabytes to a busy disk

// Numbers of the inherited descriptors in QEMU.
enum : int { kQmpFd = 3, kPortFd = 4, kTypingFd = 5, kFirstRamFd = kMigrationFd + 1 };

base::Result<std::pair<base::UniqueFd, base::UniqueFd>> typing_pipe() {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC | O_NONBLOCK) != 0)
    return std::unexpected(base::errno_error("create a pipe", errno));
  return std::pair(base::UniqueFd(fds[0]), base::UniqueFd(fds[1]));
}

// QEMU and qemu.sh run in the job's folder, not in ours.
QemuSpec with_absolute_paths(QemuSpec spec) {
  spec.kernel = base::fs::absolute(spec.kernel);
  if (!spec.initrd.empty()) spec.initrd = base::fs::absolute(spec.initrd);
  for (Drive& drive : spec.drives) drive.file = base::fs::absolute(drive.file);
  return spec;
}

class QemuGuest final : public ControlledGuest {
 public:
  QemuGuest(async::Process process, asio::any_io_executor executor, base::UniqueFd qmp, base::UniqueFd port,
            base::UniqueFd typing, const base::fs::path& folder, std::string said_before,
            std::optional<PortFile> port_file)
      : process_(std::move(process)), qmp_(std::move(executor), std::move(qmp)), port_(std::move(port)),
        typing_(std::move(typing)), console_(folder / "console.log"), stderr_(folder / "qemu.stderr"),
        said_before_(std::move(said_before)), port_file_(std::move(port_file)) {
    if (port_file_) port_file_->carry([this] { return !process_.running(); });
  }

  Qmp& qmp() override { return qmp_; }
  pid_t pid() const override { return process_.pid(); }
  int port() const override { return port_.get(); }
  std::string_view said_before() const override { return said_before_; }
  std::string take_console() override { return console_.take(); }
  const base::fs::path& console_log() const override { return console_.path(); }

  async::task<base::Result<void>> type(std::string text, bool after_break) override {
    if (after_break) {
      std::string command = "chardev-send-break console";
      const auto sent = co_await monitor(std::move(command));
      if (!sent) co_return std::unexpected(sent.error());
    }
    const ssize_t n = ::write(typing_.get(), text.data(), text.size());
    if (n != static_cast<ssize_t>(text.size()))
      co_return std::unexpected(base::errno_error("type on the console", n < 0 ? errno : EAGAIN));
    co_return base::Result<void>();
  }

  async::task<base::Result<void>> pause() override { return order("stop"); }
  async::task<base::Result<void>> resume() override { return order("cont"); }
  async::task<base::Result<void>> inject_nmi() override { return order("inject-nmi"); }

  async::task<base::Result<std::string>> monitor(std::string command) override {
    json::object arguments;
    arguments["command-line"] = command;
    auto answer = co_await qmp_.execute("human-monitor-command", std::move(arguments), kAnswerLimit);
    if (!answer) co_return std::unexpected(std::move(answer.error()));
    if (!answer->is_string()) co_return base::fail("QEMU's monitor answered without a text");
    co_return std::string(answer->as_string());
  }

  async::task<base::Result<void>> dump_memory(base::fs::path file) override {
    file = base::fs::absolute(file);
    auto written = co_await dump_to(file);
    std::error_code gone;  // half a core misleads
    if (!written) base::fs::remove(file, gone);
    co_return written;
  }

  CpuUse cpu_use() override {
    if (const auto use = process_cpu_use(process_.pid())) {
      last_use_.stopped = use->stopped;
      last_use_.used = std::max(last_use_.used, use->used);
      // Another thread may have become the busiest one.
      last_use_.waiting = std::max(last_use_.waiting, use->waiting);
    }
    return last_use_;
  }

  std::string complaints() const override {
    base::UniqueFd fd(::open(stderr_.c_str(), O_RDONLY | O_CLOEXEC));
    std::string text(64u << 10, '\0');
    const ssize_t n = fd ? ::read(fd.get(), text.data(), text.size()) : 0;
    text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return text;
  }

  std::optional<GuestEnd> ended() override {
    if (end_) return end_;
    if (process_.running()) cpu_use();  // /proc forgets it with the reaping
    const auto exit = process_.exit();
    if (!exit) return std::nullopt;
    // The reason is in an event that QEMU wrote before it went; the loop may not have read it yet.
    const auto now = std::chrono::steady_clock::now();
    if (!exit_seen_) exit_seen_ = now;
    if (qmp_.open() && now - *exit_seen_ < kReasonLimit) return std::nullopt;
    end_ = judge(*exit);
    return end_;
  }

  async::task<GuestEnd> wait_end() override {
    const async::ProcessExit exit = co_await process_.wait();
    if (!end_) co_await qmp_.closed(kReasonLimit);
    if (!end_) end_ = judge(exit);
    co_return *end_;
  }

  async::task<GuestEnd> end(std::chrono::milliseconds grace) override {
    if (end_) co_return *end_;
    cpu_use();
    if (process_.running()) {
      told_ = true;
      // Once told to, QEMU either answers and goes, or goes without an answer.
      const auto answer = co_await qmp_.execute("quit", json::object(), grace);
      if (!answer) process_.signal(SIGTERM);
      const auto deadline = std::chrono::steady_clock::now() + grace;
      asio::steady_timer timer(co_await asio::this_coro::executor);
      while (process_.running() && std::chrono::steady_clock::now() < deadline) {
        timer.expires_after(5ms);
        co_await timer.async_wait(asio::use_awaitable);
      }
      process_.signal(SIGKILL);
    }
    co_return co_await wait_end();
  }

 private:
  async::task<base::Result<void>> order(std::string command) {
    auto answer = co_await qmp_.execute(std::move(command), json::object(), kAnswerLimit);
    if (!answer) co_return std::unexpected(std::move(answer.error()));
    co_return base::Result<void>();
  }

  async::task<base::Result<void>> dump_to(const base::fs::path& file) {
    json::object arguments;
    arguments["paging"] = false;
    arguments["detach"] = true;
    arguments["protocol"] = "file:" + file.string();
    const auto started = co_await qmp_.execute("dump-guest-memory", std::move(arguments), kAnswerLimit);
    if (!started) co_return std::unexpected(started.error());
    const auto deadline = std::chrono::steady_clock::now() + kDumpLimit;
    asio::steady_timer timer(co_await asio::this_coro::executor);
    while (std::chrono::steady_clock::now() < deadline) {
      timer.expires_after(50ms);
      co_await timer.async_wait(asio::use_awaitable);
      const auto answer = co_await qmp_.execute("query-dump", json::object(), kAnswerLimit);
      if (!answer) co_return std::unexpected(answer.error());
      const json::object* object = answer->if_object();
      const json::value* status = object != nullptr ? object->if_contains("status") : nullptr;
      if (status == nullptr || !status->is_string()) co_return base::fail("QEMU does not say how the dump goes");
      if (status->get_string() == "completed") co_return base::Result<void>();
      if (status->get_string() == "failed") co_return base::fail("QEMU could not write the guest's memory");
    }
    co_return base::fail("the dump of the guest's memory took too long");
  }

  GuestEnd judge(const async::ProcessExit& exit) const {
    std::string reason;
    for (const QmpEvent& event : qmp_.events())
      if (event.name == "SHUTDOWN")
        if (const auto* text = event.data.if_contains("reason"); text != nullptr && text->is_string())
          reason = std::string(text->as_string());
    if (told_) return {GuestEnd::Kind::told_to, "ended by vmlab"};
    if (exit.exited() && exit.code() == 0) {
      if (reason == "guest-shutdown") return {GuestEnd::Kind::powered_off, "the guest powered off"};
      if (reason.starts_with("guest-")) return {GuestEnd::Kind::reset, "the guest reset itself (" + reason + ")"};
    }
    std::string text = "QEMU ended: " + exit.text();
    if (!reason.empty()) text += " (" + reason + ")";
    if (const std::string said = complaints(); !said.empty()) {
      const auto lines = base::split_lines(said);
      text += ": " + base::printable(lines.back());
    }
    return {GuestEnd::Kind::failed, std::move(text)};
  }

  async::Process process_;
  Qmp qmp_;
  base::UniqueFd port_, typing_;
  ConsoleLog console_;
  base::fs::path stderr_;
  std::string said_before_;
  std::optional<PortFile> port_file_;  // of a guest under the instruction clock
  CpuUse last_use_;
  std::optional<GuestEnd> end_;
  std::optional<std::chrono::steady_clock::time_point> exit_seen_;
  bool told_ = false;
};

}  // namespace

base::Result<std::unique_ptr<Guest>> start_qemu(asio::any_io_executor executor, const QemuSpec& spec,
                                                const base::fs::path& folder, std::string_view note) {
  return start_controlled(std::move(executor), spec, folder, note, {});
}

base::Result<std::unique_ptr<ControlledGuest>> start_controlled(asio::any_io_executor executor, const QemuSpec& given,
                                                                const base::fs::path& folder, std::string_view note,
                                                                StartExtras extras) {
  const QemuSpec spec = with_absolute_paths(given);
  const auto script = qemu_script(spec, note);
  if (!script) return std::unexpected(script.error());
  if (auto written = base::write_file_atomic(folder / "qemu.sh", *script, 0755); !written)
    return std::unexpected(written.error());

  auto qmp = async::socket_pair();
  auto port = async::socket_pair();
  auto typing = typing_pipe();
  auto orders = typing_pipe();
  for (auto* pair : {&qmp, &port, &typing, &orders})
    if (!*pair) return std::unexpected(pair->error());
  if (!extras.console_before.empty())
    if (auto written = base::write_file_atomic(folder / "console.log", extras.console_before); !written)
      return std::unexpected(written.error());

  // The console's path goes through the working directory, so that no folder name needs escaping.
  // /dev/fd/N opens the pipe's read end once more; typing_ keeps it from ever being at its end.
  Wiring wiring{.console = fmt::format("file,path=console.log,append={},input-path=/dev/fd/{}",
                                       extras.console_before.empty() ? "off" : "on", int(kTypingFd)),
                .port = fmt::format("socket,fd={}", int(kPortFd)),
                .qmp = fmt::format("socket,fd={}", int(kQmpFd)),
                .copy = extras.copy};
  const bool exact = spec.clock == model::Clock::instructions;
  std::optional<PortFile> port_file;
  if (exact) {
    wiring.port = fmt::format("file,path={},append=off,input-path=/dev/fd/{}", kTranscriptFile, int(kPortFd));
    auto opened = PortFile::open(executor, folder / kTranscriptFile, std::move(port->second), std::move(orders->second));
    if (!opened) return std::unexpected(opened.error());
    port_file.emplace(std::move(*opened));
  }
  std::vector<std::pair<int, int>> inherit{{qmp->second.get(), kQmpFd},
                                           {exact ? orders->first.get() : port->second.get(), kPortFd},
                                           {typing->first.get(), kTypingFd}};
  if (extras.migration >= 0) inherit.emplace_back(extras.migration, kMigrationFd);
  for (const int file : extras.ram) {
    const int number = kFirstRamFd + static_cast<int>(wiring.ram_files.size());
    inherit.emplace_back(file, number);
    wiring.ram_files.push_back(fmt::format("/proc/self/fd/{}", number));
  }
  if (extras.gdb >= 0) {
    const int number = kFirstRamFd + static_cast<int>(extras.ram.size());
    inherit.emplace_back(extras.gdb, number);
    wiring.gdb = fmt::format("socket,fd={}", number);
  }
  auto arguments = qemu_arguments(spec, wiring);
  if (!arguments) return std::unexpected(arguments.error());
  std::vector<std::pair<std::string, std::string>> environment;
  if (spec.clock == model::Clock::instructions) {
    if (auto written = write_still_clock(folder); !written) return std::unexpected(std::move(written.error()));
    environment.emplace_back("LD_PRELOAD", kStillClockPreload);
  }
  const async::ProcessSpec process{.program = qemu_program(spec),
                                   .arguments = std::move(*arguments),
                                   .directory = folder,
                                   .inherit = std::move(inherit),
                                   .stderr_file = folder / "qemu.stderr",
                                   .environment = std::move(environment)};
  auto child = async::Process::spawn(executor, process);
  if (!child) return std::unexpected(std::move(child.error()));
  return std::make_unique<QemuGuest>(std::move(*child), executor, std::move(qmp->first), std::move(port->first),
                                     std::move(typing->second), folder, std::move(extras.said_before),
                                     std::move(port_file));
}

}  // namespace guest
