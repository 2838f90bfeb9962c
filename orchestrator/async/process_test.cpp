// SPDX-License-Identifier: Apache-2.0
#include "async/process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "async/task_group.h"
#include "async/worker_pool.h"

namespace async {
using namespace std::chrono_literals;
namespace {

template <class T>
T run(asio::io_context& loop, task<T> operation) {
  std::optional<T> value;
  std::exception_ptr failure;
  asio::co_spawn(loop, std::move(operation), [&](std::exception_ptr e, T v) {
    failure = e;
    if (!e) value = std::move(v);
  });
  loop.run();
  loop.restart();
  if (failure) std::rethrow_exception(failure);
  return std::move(*value);
}

ProcessSpec shell(std::string script) { return {.program = "/bin/sh", .arguments = {"-c", std::move(script)}}; }

// An init that does not reap leaves zombies; those are dead, and have no command line any more.
bool alive(pid_t pid) { return !base::read_file("/proc/" + std::to_string(pid) + "/cmdline").value_or("").empty(); }

task<ProcessExit> wait_for(Process& process) { co_return co_await process.wait(); }

}  // namespace

TEST(Process, TellsAnExitStatusFromASignal) {
  asio::io_context loop;
  auto nine = Process::spawn(loop.get_executor(), shell("exit 9")).value();
  EXPECT_EQ(run(loop, wait_for(nine)).text(), "exit status 9");
  auto killed = Process::spawn(loop.get_executor(), shell("kill -9 $$")).value();
  EXPECT_EQ(run(loop, wait_for(killed)).signal(), SIGKILL);
}

TEST(Process, ReportsAProgramThatIsNotThere) {
  asio::io_context loop;
  auto missing = Process::spawn(loop.get_executor(), {.program = "no-such-program-here"});
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("no-such-program-here"), std::string::npos);
  EXPECT_FALSE(Process::spawn(loop.get_executor(), {.program = "/etc/passwd"}));
}

TEST(Process, TakesItsWholeGroupWithItWhenDestroyed) {
  asio::io_context loop;
  int fds[2];
  ASSERT_EQ(::pipe(fds), 0);
  pid_t pid = 0;
  char line[32] = {};
  {
    auto process = Process::spawn(loop.get_executor(), {.program = "/bin/sh",
                                                        .arguments = {"-c", "sleep 61 & echo $! >&7; wait"},
                                                        .inherit = {{fds[1], 7}}})
                       .value();
    pid = process.pid();
    ASSERT_GT(::read(fds[0], line, sizeof line - 1), 0);
  }
  const pid_t grandchild = std::atoi(line);
  for (int i = 0; i < 200 && (alive(pid) || alive(grandchild)); ++i) std::this_thread::sleep_for(10ms);
  EXPECT_FALSE(alive(pid));
  EXPECT_FALSE(alive(grandchild));
}

TEST(Process, PassesOnlyTheNamedDescriptors) {
  asio::io_context loop;
  auto pair = socket_pair().value();
  const int leaked = ::fcntl(STDIN_FILENO, F_DUPFD, 60);  // not close-on-exec, as a careless library would
  auto process =
      Process::spawn(loop.get_executor(),
                     {.program = "/bin/sh",
                      .arguments = {"-c", "[ -e /proc/$$/fd/9 ] && [ ! -e /proc/$$/fd/" +
                                              std::to_string(leaked) + " ] && echo hi >&9"},
                      .inherit = {{pair.second.get(), 9}}})
          .value();
  EXPECT_EQ(run(loop, wait_for(process)).text(), "exit status 0");
  char buffer[8] = {};
  EXPECT_EQ(::read(pair.first.get(), buffer, sizeof buffer), 3);
  ::close(leaked);
}

TEST(Process, DiesWithItsParent) {
  int fds[2];
  ASSERT_EQ(::pipe(fds), 0);
  const pid_t middle = ::fork();
  if (middle == 0) {
    asio::io_context loop;
    auto process = Process::spawn(loop.get_executor(), shell("sleep 62")).value();
    const pid_t pid = process.pid();
    (void)!::write(fds[1], &pid, sizeof pid);
    ::kill(::getpid(), SIGKILL);
  }
  pid_t grandchild = 0;
  ASSERT_EQ(::read(fds[0], &grandchild, sizeof grandchild), ssize_t(sizeof grandchild));
  ::waitpid(middle, nullptr, 0);
  for (int i = 0; i < 200 && alive(grandchild); ++i) std::this_thread::sleep_for(10ms);
  EXPECT_FALSE(alive(grandchild));
}

namespace {
task<void> nap(std::chrono::milliseconds time, bool fails, std::vector<std::string>& log, std::string name) {
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  const auto [error] = co_await timer.async_wait(as_tuple_awaitable);
  log.push_back(name + (error ? " cancelled" : " slept"));
  if (fails) throw std::runtime_error(name + " failed");
}
task<std::string> group_of_three(std::vector<std::string>& log) {
  TaskGroup group(co_await asio::this_coro::executor);
  group.spawn(nap(5ms, false, log, "a"));
  group.spawn(nap(20ms, true, log, "b"));
  group.spawn(nap(60s, false, log, "c"));
  std::string failure;
  try {
    co_await group.join();
  } catch (const std::exception& e) {
    failure = e.what();
  }
  co_return failure;
}
task<int> on_a_worker(WorkerPool& pool) {
  auto square = [] { return 6 * 7; };
  co_return co_await pool.run(square);
}
}  // namespace

TEST(TaskGroup, CancelsSiblingsAtTheFirstFailureAndRethrowsIt) {
  asio::io_context loop;
  std::vector<std::string> log;
  EXPECT_EQ(run(loop, group_of_three(log)), "b failed");
  EXPECT_EQ(log, (std::vector<std::string>{"a slept", "b slept", "c cancelled"}));
}

TEST(WorkerPool, BringsTheValueBackToTheLoop) {
  asio::io_context loop;
  WorkerPool pool(1);
  EXPECT_EQ(run(loop, on_a_worker(pool)), 42);
}

}  // namespace async
