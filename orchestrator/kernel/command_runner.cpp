// SPDX-License-Identifier: Apache-2.0
#include "kernel/command_runner.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <deque>

#include "async/launch.h"
#include "base/text.h"

namespace kernel {
namespace {

constexpr std::size_t kTailLines = 40;
constexpr std::size_t kMaxLine = 64 * 1024;
constexpr auto kPatience = std::chrono::seconds(2);

base::Result<base::UniqueFd> input_of(const std::string& text) {
  if (text.empty()) {
    base::UniqueFd fd(open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!fd) return std::unexpected(base::errno_error("opening /dev/null", errno));
    return fd;
  }
  base::UniqueFd fd(memfd_create("vmlab-input", MFD_CLOEXEC));
  if (!fd) return std::unexpected(base::errno_error("memfd_create", errno));
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t n = write(fd.get(), text.data() + done, text.size() - done);
    if (n <= 0) return std::unexpected(base::errno_error("writing a program's input", errno));
    done += static_cast<std::size_t>(n);
  }
  lseek(fd.get(), 0, SEEK_SET);
  return fd;
}

struct Pipe {
  base::UniqueFd read, write;
};

base::Result<Pipe> make_pipe() {
  std::array<int, 2> fds{};
  if (pipe2(fds.data(), O_CLOEXEC) != 0) return std::unexpected(base::errno_error("pipe", errno));
  return Pipe{base::UniqueFd(fds[0]), base::UniqueFd(fds[1])};
}

// Cuts a byte stream into lines; an endless line is cut, so that a mad tool cannot eat the memory.
class Lines {
 public:
  explicit Lines(std::function<void(std::string_view)> sink) : sink_(std::move(sink)) {}
  void feed(std::string_view bytes) {
    for (char byte : bytes) {
      if (byte == '\n' || pending_.size() >= kMaxLine) flush();
      if (byte != '\n') pending_ += byte;
    }
  }
  void finish() {
    if (!pending_.empty()) flush();
  }

 private:
  void flush() {
    sink_(pending_);
    pending_.clear();
  }
  std::function<void(std::string_view)> sink_;
  std::string pending_;
};

}  // namespace

std::string Command::text() const {
  std::string result;
  for (const auto& [key, value] : environment) result += key + "=" + base::shell_quote(value) + " ";
  result += base::shell_quote(program);
  for (const std::string& argument : arguments) result += " " + base::shell_quote(argument);
  return result;
}

base::Result<std::string> run_or_fail(CommandRunner& runner, const Command& command) {
  auto outcome = runner.run(command);
  if (!outcome) return std::unexpected(outcome.error());
  if (outcome->ok()) return std::move(outcome->output);
  const std::string end = outcome->signal ? fmt::format("signal {}", outcome->signal)
                                          : fmt::format("exit code {}", outcome->exit_code);
  return base::fail(fmt::format("{} failed ({}): {}", command.program, end,
                                base::printable(base::trim(outcome->tail), true)));
}

base::Result<CommandOutcome> HostCommandRunner::run(const Command& command,
                                                    const LineSink& on_line) {
  if (cancelled_) return base::fail("cancelled");
  auto in = input_of(command.input);
  if (!in) return std::unexpected(in.error());
  auto out = make_pipe();
  if (!out) return std::unexpected(out.error());
  Pipe captured;
  if (command.capture) {
    auto made = make_pipe();
    if (!made) return std::unexpected(made.error());
    captured = std::move(*made);
  }
  base::UniqueFd log;
  if (!command.log_file.empty()) {
    log.reset(open(command.log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
    if (!log)
      return std::unexpected(base::errno_error("opening " + command.log_file.string(), errno));
  }

  // SIGTERM, not SIGKILL: make passes it on to the compilers and removes half-written targets.
  const auto started = async::launch(
      {.program = command.program,
       .arguments = command.arguments,
       .directory = command.directory,
       .environment = command.environment,
       .unset = command.unset,
       .in = in->get(),
       .out = command.capture ? captured.write.get() : out->write.get(),
       .err = out->write.get(),
       .death_signal = SIGTERM});
  if (!started) return std::unexpected(started.error());
  const pid_t pid = *started;
  {
    std::lock_guard guard(mutex_);
    groups_.insert(pid);
  }
  out->write.reset();
  captured.write.reset();

  CommandOutcome outcome;
  std::deque<std::string> tail;
  Lines lines([&](std::string_view line) {
    if (log) {
      const std::string text = std::string(line) + "\n";
      if (write(log.get(), text.data(), text.size()) < 0) log.reset();  // the log is a convenience
    }
    tail.emplace_back(line);
    if (tail.size() > kTailLines) tail.pop_front();
    if (on_line) on_line(line);
  });

  std::array<char, 65536> buffer;
  std::chrono::steady_clock::time_point kill_at{};
  bool terminated = false, killed = false;
  while (out->read || captured.read) {
    std::array<pollfd, 2> waiting{{{out->read.get(), POLLIN, 0}, {captured.read.get(), POLLIN, 0}}};
    poll(waiting.data(), waiting.size(), 200);
    for (int i = 0; i < 2; ++i) {
      base::UniqueFd& fd = i == 0 ? out->read : captured.read;
      if (!fd || waiting[static_cast<std::size_t>(i)].revents == 0) continue;
      const ssize_t n = read(fd.get(), buffer.data(), buffer.size());
      if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (n <= 0)
        fd.reset();
      else if (i == 0)
        lines.feed({buffer.data(), static_cast<std::size_t>(n)});
      else
        outcome.output.append(buffer.data(), static_cast<std::size_t>(n));
    }
    if (cancelled_ && !terminated) {
      kill(-pid, SIGTERM);
      terminated = true;
      kill_at = std::chrono::steady_clock::now() + kPatience;
    } else if (terminated && !killed && std::chrono::steady_clock::now() > kill_at) {
      kill(-pid, SIGKILL);
      killed = true;
    }
  }
  lines.finish();

  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  {
    std::lock_guard guard(mutex_);
    groups_.erase(pid);
  }
  if (cancelled_) return base::fail("cancelled");
  outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  outcome.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  for (const std::string& line : tail) outcome.tail += line + "\n";
  return outcome;
}

void HostCommandRunner::cancel() {
  cancelled_ = true;
  std::lock_guard guard(mutex_);
  for (pid_t group : groups_)
    kill(-group, SIGTERM);  // the run() that owns it follows up with SIGKILL
}

}  // namespace kernel
