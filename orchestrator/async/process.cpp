// SPDX-License-Identifier: Apache-2.0
#include "async/process.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

#include "async/launch.h"

namespace async {
namespace {

base::Result<base::UniqueFd> open_for_child(const base::fs::path& path, int flags) {
  const char* name = path.empty() ? "/dev/null" : path.c_str();
  base::UniqueFd fd(::open(name, flags | O_CLOEXEC, 0644));
  if (!fd) return std::unexpected(base::errno_error(std::string("open ") + name, errno));
  return fd;
}

}  // namespace

bool ProcessExit::exited() const { return WIFEXITED(native); }
int ProcessExit::code() const { return WIFEXITED(native) ? WEXITSTATUS(native) : -1; }
int ProcessExit::signal() const { return WIFSIGNALED(native) ? WTERMSIG(native) : 0; }

std::string ProcessExit::text() const {
  if (exited()) return "exit status " + std::to_string(code());
  return "killed by signal " + std::to_string(signal()) + " (" + ::strsignal(signal()) + ")";
}

struct Process::State {
  pid_t pid = -1;
  asio::posix::stream_descriptor pidfd;
  std::optional<ProcessExit> exit;

  explicit State(asio::any_io_executor executor) : pidfd(executor) {}

  ~State() {
    if (pid > 0 && !exit) {
      ::kill(-pid, SIGKILL);
      reap(0);
    }
  }

  void reap(int flags) {
    if (exit) return;
    int status = 0;
    pid_t n;
    do n = ::waitpid(pid, &status, flags);
    while (n < 0 && errno == EINTR);
    if (n == pid) {
      exit = ProcessExit{status};
      ::kill(-pid, SIGKILL);  // grandchildren left in its group do not outlive it
    }
  }
};

base::Result<Process> Process::spawn(asio::any_io_executor executor, const ProcessSpec& spec) {
  const std::string doing = "start " + spec.program;
  auto in = open_for_child(spec.stdin_file, O_RDONLY);
  auto out = open_for_child(spec.stdout_file, O_WRONLY | O_CREAT | O_APPEND);
  auto err = open_for_child(spec.stderr_file, O_WRONLY | O_CREAT | O_APPEND);
  for (auto* fd : {&in, &out, &err})
    if (!*fd) return std::unexpected(std::move(fd->error()).while_doing(doing));
  const auto pid = launch({.program = spec.program,
                           .arguments = spec.arguments,
                           .directory = spec.directory,
                           .environment = spec.environment,
                           .in = in->get(),
                           .out = out->get(),
                           .err = err->get(),
                           .inherit = spec.inherit});
  if (!pid) return std::unexpected(pid.error());
  auto state = std::make_unique<State>(executor);
  state->pid = *pid;
  const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, *pid, 0));
  if (pidfd < 0) return std::unexpected(base::errno_error(doing, errno));  // State kills and reaps
  state->pidfd.assign(pidfd);
  return Process(std::move(state));
}

Process::Process(std::unique_ptr<State> state) : state_(std::move(state)) {}
Process::~Process() = default;
Process::Process(Process&&) noexcept = default;
Process& Process::operator=(Process&&) noexcept = default;

pid_t Process::pid() const { return state_->pid; }

task<ProcessExit> Process::wait() {
  while (true) {
    state_->reap(WNOHANG);
    if (state_->exit) co_return *state_->exit;
    // The pidfd turns readable at the end. Cancellation throws operation_aborted out of here.
    co_await state_->pidfd.async_wait(asio::posix::stream_descriptor::wait_read, asio::use_awaitable);
  }
}

std::optional<ProcessExit> Process::exit() {
  state_->reap(WNOHANG);
  return state_->exit;
}

bool Process::running() { return !exit().has_value(); }

void Process::signal(int signal_number) {
  if (running()) ::kill(-state_->pid, signal_number);
}

base::Result<std::pair<base::UniqueFd, base::UniqueFd>> socket_pair() {
  int fds[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) != 0)
    return std::unexpected(base::errno_error("create a socket pair", errno));
  return std::pair(base::UniqueFd(fds[0]), base::UniqueFd(fds[1]));
}

}  // namespace async
