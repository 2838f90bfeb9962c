// SPDX-License-Identifier: Apache-2.0
#include "async/launch.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "base/program.h"

namespace async {
namespace {

// Everything the child needs, prepared before fork: after it only async-signal-safe calls are allowed.
struct Prepared {
  std::string program, directory;
  std::vector<std::string> words, variables;
  std::vector<char*> argv, envp;
  std::vector<std::pair<int, int>> descriptors;  // {a private duplicate above every target, target}
  std::vector<base::UniqueFd> duplicates;
};

std::vector<std::string> environment_of(const Launch& what) {
  std::vector<std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry), name = text.substr(0, text.find('='));
    const bool replaced = std::ranges::find(what.environment, name, [](const auto& pair) -> std::string_view {
                            return pair.first;
                          }) != what.environment.end();
    if (!replaced && std::ranges::find(what.unset, name) == what.unset.end()) variables.emplace_back(text);
  }
  for (const auto& [name, value] : what.environment) variables.push_back(name + "=" + value);
  return variables;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

base::Result<Prepared> prepare(const Launch& what) {
  Prepared p;
  const auto program = base::find_program(what.program);
  if (program) p.program = program->string();
  else if (what.program.contains('/')) p.program = what.program;  // exec says what is wrong with it
  else return base::fail("there is no program '" + what.program + "' in PATH",
                         "./vmlab installs what it needs; `vmlab doctor` lists what is missing");
  p.directory = what.directory.string();
  p.words = what.arguments;
  p.words.insert(p.words.begin(), what.program);
  p.variables = environment_of(what);
  p.argv = pointers(p.words);
  p.envp = pointers(p.variables);

  // A descriptor of ours may have the number of another one's target, or of its own (a vmlab started without
  // standard input): duplicate them all out of the way.
  std::vector<std::pair<int, int>> wanted = what.inherit;
  wanted.insert(wanted.end(), {{what.in, 0}, {what.out, 1}, {what.err, 2}});
  int highest = 2;
  for (const auto& [ours, theirs] : wanted) highest = std::max(highest, theirs);
  for (const auto& [ours, theirs] : wanted) {
    base::UniqueFd copy(::fcntl(ours, F_DUPFD_CLOEXEC, highest + 1));
    if (!copy) return std::unexpected(base::errno_error("duplicate a descriptor", errno));
    p.descriptors.emplace_back(copy.get(), theirs);
    p.duplicates.push_back(std::move(copy));
  }
  return p;
}

// Runs in the child. Returns errno on failure, does not return otherwise.
int become(const Launch& what, const Prepared& p, pid_t parent) {
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGCHLD, SIGPIPE, SIGQUIT}) ::signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  if (::setpgid(0, 0) != 0 || ::prctl(PR_SET_PDEATHSIG, what.death_signal) != 0) return errno;
  if (::getppid() != parent) ::_exit(125);  // the parent died before the death signal was armed
  if (!p.directory.empty() && ::chdir(p.directory.c_str()) != 0) return errno;
  ::syscall(SYS_close_range, 3u, ~0u, CLOSE_RANGE_CLOEXEC);
  for (const auto& [copy, target] : p.descriptors)
    if (::dup2(copy, target) < 0) return errno;
  ::execve(p.program.c_str(), p.argv.data(), p.envp.data());
  return errno;
}

}  // namespace

base::Result<pid_t> launch(const Launch& what) {
  VMLAB_ASSERT(what.in >= 0 && what.out >= 0 && what.err >= 0);
  auto prepared = prepare(what);
  if (!prepared) return std::unexpected(std::move(prepared.error()));
  const std::string doing = "start " + what.program;
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return std::unexpected(base::errno_error(doing, errno));
  base::UniqueFd read_end(ends[0]), write_end(ends[1]);

  const pid_t parent = ::getpid();
  sigset_t all, old;
  sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, &old);  // no handler of ours runs in the child
  const pid_t pid = ::fork();
  if (pid == 0) {
    const int error = become(what, *prepared, parent);
    (void)!::write(ends[1], &error, sizeof error);
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
  if (n <= 0) return pid;
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  return std::unexpected(base::errno_error(doing, child_error));
}

}  // namespace async
