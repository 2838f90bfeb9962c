// SPDX-License-Identifier: Apache-2.0
#include "async/process.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>

namespace async {
namespace {

// Everything the child needs, prepared before fork: after it only async-signal-safe calls are allowed.
struct Prepared {
  std::string program;
  std::vector<std::string> environment;
  std::vector<char*> argv, envp;
  base::UniqueFd in, out, err;
  std::vector<std::pair<int, int>> inherit;  // first is a private duplicate above every target
  std::vector<base::UniqueFd> duplicates;
};

base::Result<std::string> look_up(const std::string& program) {
  if (program.contains('/')) return program;
  const char* path = std::getenv("PATH");
  std::string_view rest = path != nullptr ? path : "/usr/bin:/bin";
  while (!rest.empty()) {
    const auto end = rest.find(':');
    std::string candidate = std::string(rest.substr(0, end)) + "/" + program;
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  return base::fail("there is no program " + program + " in PATH");
}

base::Result<base::UniqueFd> open_for_child(const base::fs::path& path, int flags) {
  const char* name = path.empty() ? "/dev/null" : path.c_str();
  base::UniqueFd fd(::open(name, flags | O_CLOEXEC, 0644));
  if (!fd) return std::unexpected(base::errno_error(std::string("open ") + name, errno));
  return fd;
}

base::Result<Prepared> prepare(const ProcessSpec& spec) {
  Prepared p;
  auto program = look_up(spec.program);
  if (!program) return std::unexpected(program.error());
  p.program = *program;
  p.argv.push_back(const_cast<char*>(spec.program.c_str()));
  for (const std::string& argument : spec.arguments) p.argv.push_back(const_cast<char*>(argument.c_str()));
  p.argv.push_back(nullptr);
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const bool replaced = std::ranges::any_of(spec.environment, [&](const auto& pair) {
      return text.starts_with(pair.first) && text.substr(pair.first.size()).starts_with('=');
    });
    if (!replaced) p.environment.emplace_back(text);
  }
  for (const auto& [name, value] : spec.environment) p.environment.push_back(name + "=" + value);
  for (std::string& entry : p.environment) p.envp.push_back(entry.data());
  p.envp.push_back(nullptr);

  auto in = open_for_child(spec.stdin_file, O_RDONLY);
  auto out = open_for_child(spec.stdout_file, O_WRONLY | O_CREAT | O_APPEND);
  auto err = open_for_child(spec.stderr_file, O_WRONLY | O_CREAT | O_APPEND);
  for (auto* fd : {&in, &out, &err})
    if (!*fd) return std::unexpected(fd->error());
  p.in = std::move(*in), p.out = std::move(*out), p.err = std::move(*err);

  // A source descriptor may have the number of another one's target: duplicate them all out of the way.
  int highest = 2;
  for (const auto& [ours, theirs] : spec.inherit) highest = std::max(highest, theirs);
  for (const auto& [ours, theirs] : spec.inherit) {
    base::UniqueFd copy(::fcntl(ours, F_DUPFD_CLOEXEC, highest + 1));
    if (!copy) return std::unexpected(base::errno_error("duplicate a descriptor", errno));
    p.inherit.emplace_back(copy.get(), theirs);
    p.duplicates.push_back(std::move(copy));
  }
  return p;
}

// Runs in the child. Returns errno on failure, does not return otherwise.
int become(const ProcessSpec& spec, const Prepared& p, pid_t parent) {
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGCHLD, SIGPIPE, SIGQUIT}) ::signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  if (::setpgid(0, 0) != 0 || ::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return errno;
  if (::getppid() != parent) ::_exit(125);  // the parent died before the death signal was armed
  if (::dup2(p.in.get(), 0) < 0 || ::dup2(p.out.get(), 1) < 0 || ::dup2(p.err.get(), 2) < 0) return errno;
  if (!spec.directory.empty() && ::chdir(spec.directory.c_str()) != 0) return errno;
  ::syscall(SYS_close_range, 3u, ~0u, CLOSE_RANGE_CLOEXEC);
  for (const auto& [copy, target] : p.inherit)
    if (::dup2(copy, target) < 0) return errno;
  ::execve(p.program.c_str(), p.argv.data(), p.envp.data());
  return errno;
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
  auto prepared = prepare(spec);
  const std::string doing = "start " + spec.program;
  if (!prepared) return std::unexpected(std::move(prepared.error()).while_doing(doing));
  int error_pipe[2];
  if (::pipe2(error_pipe, O_CLOEXEC) != 0) return std::unexpected(base::errno_error(doing, errno));
  base::UniqueFd read_end(error_pipe[0]), write_end(error_pipe[1]);

  const pid_t parent = ::getpid();
  sigset_t all, old;
  sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, &old);
  const pid_t pid = ::fork();
  if (pid == 0) {
    const int error = become(spec, *prepared, parent);
    (void)!::write(error_pipe[1], &error, sizeof error);
    ::_exit(127);
  }
  const int fork_error = errno;
  ::pthread_sigmask(SIG_SETMASK, &old, nullptr);
  write_end.reset();
  if (pid < 0) return std::unexpected(base::errno_error(doing, fork_error));

  int child_error = 0;
  ssize_t n;
  do n = ::read(read_end.get(), &child_error, sizeof child_error);
  while (n < 0 && errno == EINTR);
  auto state = std::make_unique<State>(executor);
  state->pid = pid;
  if (n > 0) {
    state->reap(0);
    return std::unexpected(base::errno_error(doing, child_error));
  }
  const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
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
