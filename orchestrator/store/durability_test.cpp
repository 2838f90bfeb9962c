// SPDX-License-Identifier: Apache-2.0
// What the store promises when a process is killed, two run at once, the disk fills or the file is
// damaged.
#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <functional>

#include "base/file.h"
#include "base/text.h"
#include "store/store.h"

namespace store {
namespace {

namespace fs = std::filesystem;

// A forked child that talks to us through a pipe.
struct Child {
  pid_t pid = -1;
  base::UniqueFd out;

  static Child start(const std::function<void(int out)>& body) {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    Child child;
    child.pid = fork();
    if (child.pid == 0) {
      close(ends[0]);
      try {
        body(ends[1]);
      } catch (...) {
        _exit(9);
      }
      _exit(0);
    }
    close(ends[1]);
    child.out.reset(ends[0]);
    return child;
  }
  int wait() const {
    int status = 0;
    waitpid(pid, &status, 0);
    return status;
  }
};

void say(int out, const std::string& line) {
  const std::string text = line + "\n";
  if (write(out, text.data(), text.size()) < 0) _exit(8);
}

std::vector<std::string> lines_until(int fd, std::size_t count) {
  std::string text;
  char buffer[4096];
  std::size_t seen = 0;
  while (seen < count) {
    const ssize_t n = read(fd, buffer, sizeof buffer);
    if (n <= 0) break;
    for (ssize_t i = 0; i < n; ++i) seen += buffer[i] == '\n';
    text.append(buffer, static_cast<std::size_t>(n));
  }
  std::vector<std::string> out;
  for (const auto line : base::split_lines(text.substr(0, text.rfind('\n') + 1)))
    out.emplace_back(line);
  return out;
}

model::CaseResult numbered(int i) {
  model::CaseResult r;
  r.test = "mm/t";
  r.id = "mm/t/" + std::to_string(i);
  r.job = "x86_64-1";
  r.machine = "x86_64";
  r.outcome = model::Outcome::pass;
  r.evidence.assign(300, 'e');
  return r;
}

struct StoreDurability : testing::Test {
  base::TemporaryDirectory tmp = base::value_or_throw(
      base::TemporaryDirectory::create(fs::temp_directory_path(), "vmlab-durable-"));

  void add_for_ever(int out, int limit = 1'000'000) {
    Store store = Store::open(tmp.path());
    const std::string run = store.begin_run({});
    store.plan(
        run, std::vector<model::Planned>{{.job = "x86_64-1", .machine = "x86_64", .test = "mm/t"}});
    say(out, run);
    for (int i = 0; i < limit; ++i) say(out, store.add_result(run, numbered(i)));
    store.finish_run(run);
  }
};

TEST_F(StoreDurability, AKilledWriterLosesNothingItReported) {
  for (const std::size_t after : {1u, 2u, 57u, 400u}) {
    Child child = Child::start([&](int out) { add_for_ever(out); });
    std::vector<std::string> said = lines_until(child.out.get(), after);
    EXPECT_EQ(Store::open(tmp.path()).load_run(said.at(0))->state, RunState::running);
    kill(child.pid, SIGKILL);
    child.wait();
    for (auto& line : lines_until(child.out.get(), SIZE_MAX)) said.push_back(std::move(line));

    const Store store = Store::open(tmp.path());
    store.check();
    const auto loaded = store.load_run(said.at(0));
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->state, RunState::interrupted);
    EXPECT_EQ(loaded->run.planned.size(), 1u);
    ASSERT_GE(loaded->run.results.size(), said.size() - 1);
    for (std::size_t i = 1; i < said.size(); ++i)
      EXPECT_EQ(loaded->run.results[i - 1].handle, said[i]);
  }
}

TEST_F(StoreDurability, TwoProcessesWriteAtOnce) {
  std::vector<Child> children;
  for (int i = 0; i < 2; ++i)
    children.push_back(Child::start([&](int out) { add_for_ever(out, 300); }));
  for (const Child& child : children) lines_until(child.out.get(), SIZE_MAX);
  for (const Child& child : children) EXPECT_EQ(child.wait(), 0);
  const Store store = Store::open(tmp.path());
  store.check();
  ASSERT_EQ(store.list_runs().size(), 2u);
  for (const RunSummary& run : store.list_runs()) {
    EXPECT_EQ(run.counts.of(model::Outcome::pass), 300u);
    EXPECT_EQ(run.state, RunState::finished);
  }
}

TEST_F(StoreDurability, AFullDiskIsInfraAndKeepsWhatWasReported) {
  // A limit on file size stands in for the full disk: the write fails in the same place.
  Child child = Child::start([&](int out) {
    signal(SIGXFSZ, SIG_IGN);
    Store store = Store::open(tmp.path());
    constexpr rlim_t kLimit = 2 << 20;
    const rlimit limit{.rlim_cur = kLimit, .rlim_max = kLimit};
    setrlimit(RLIMIT_FSIZE, &limit);
    const std::string run = store.begin_run({});
    say(out, run);
    try {
      for (int i = 0; i < 100'000; ++i) say(out, store.add_result(run, numbered(i)));
    } catch (const base::InfraError& error) {
      if (error.hint().find("disk") != std::string::npos) _exit(42);
    }
  });
  const auto said = lines_until(child.out.get(), SIZE_MAX);
  EXPECT_EQ(WEXITSTATUS(child.wait()), 42);
  EXPECT_GT(said.size(), 50u);
  const Store store = Store::open(tmp.path());
  store.check();
  EXPECT_EQ(store.load_run(said.at(0))->run.results.size(), said.size() - 1);
}

TEST_F(StoreDurability, AnInterruptedRunCanBeTakenOverARunningOneNot) {
  Child child = Child::start([&](int out) { add_for_ever(out); });
  const auto said = lines_until(child.out.get(), 3);
  Store store = Store::open(tmp.path());
  EXPECT_NE(store.adopt_run(said.at(0)).error().message.find("still running"), std::string::npos);
  kill(child.pid, SIGKILL);
  child.wait();
  EXPECT_TRUE(store.adopt_run(said.at(0)));
  EXPECT_EQ(store.load_run(said.at(0))->state, RunState::running);
  EXPECT_FALSE(store.adopt_run("no-such-run"));
}

// Flips `count` bytes from `offset` on.
void garble(const fs::path& file, std::streamoff offset, int count) {
  std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
  for (int i = 0; i < count; ++i) {
    bytes.seekg(offset + i);
    const char c = static_cast<char>(~bytes.get());
    bytes.seekp(offset + i);
    bytes.put(c);
  }
}

TEST_F(StoreDurability, ADamagedFileIsInfraWithAWayOutAndStaysWhereItIs) {
  {
    Store store = Store::open(tmp.path());
    store.begin_run({});
  }
  garble(tmp.path() / "results.db", 0, 64);
  try {
    Store::open(tmp.path());
    FAIL() << "opened a damaged store";
  } catch (const base::InfraError& error) {
    EXPECT_NE(error.hint().find(".recover"), std::string::npos) << error.what();
  }
  EXPECT_TRUE(fs::exists(tmp.path() / "results.db"));
}

TEST_F(StoreDurability, NoByteCanChangeAndGiveAnotherOutcome) {
  std::string run;
  {
    Store store = Store::open(tmp.path());
    run = store.begin_run({});
    for (int i = 0; i < 200; ++i) store.add_result(run, numbered(i));
    store.finish_run(run);
  }
  const fs::path file = tmp.path() / "results.db", copy = tmp.path() / "copy.db";
  fs::copy_file(file, copy);
  const auto size = static_cast<std::streamoff>(fs::file_size(file));
  int noticed = 0, harmless = 0;
  for (std::streamoff at = 100; at < size; at += 1531) {
    fs::copy_file(copy, file, fs::copy_options::overwrite_existing);
    garble(file, at, 1);
    try {
      const auto loaded = Store::open(tmp.path()).load_run(run);
      if (!loaded) {
        ++noticed;
        continue;
      }
      ++harmless;
      for (const auto& r : loaded->run.results) EXPECT_EQ(r.outcome, model::Outcome::pass);
      EXPECT_EQ(loaded->run.results.size(), 200u) << "byte " << at;
    } catch (const base::InfraError&) {
      ++noticed;
    }
  }
  EXPECT_GT(noticed, 5);
  EXPECT_GT(harmless, 0);
}

// A run's rows are found through an index: one whose keys changed finds others, or fewer, and says nothing.
TEST_F(StoreDurability, ResultsThatADamagedIndexLosesAreMissed) {
  std::string run;
  {
    Store store = Store::open(tmp.path());
    run = store.begin_run({});
    store.upsert_job(run, {.job = "x86_64-1"});
    const std::vector<model::Planned> plan{{.job = "x86_64-1", .test = "mm/a"}, {.job = "x86_64-1", .test = "mm/b"}};
    store.plan(run, plan);
    store.plan(run, std::vector{plan[1]});  // again: replaced
    for (int i = 0; i < 20; ++i) store.add_result(run, numbered(i));
    store.finish_run(run);
    ASSERT_EQ(store.load_run(run)->run.planned.size(), 2u);
  }
  for (const char* loss : {"DELETE FROM results WHERE result_no = 7", "DELETE FROM planned WHERE job = 'x86_64-1'", "DELETE FROM jobs"}) {
    fs::copy_file(tmp.path() / "results.db", tmp.path() / "kept", fs::copy_options::overwrite_existing);
    SQLite::Database((tmp.path() / "results.db").string(), SQLite::OPEN_READWRITE).exec(loss);
    EXPECT_THROW((void)Store::open(tmp.path()).load_run(run), base::InfraError) << loss;
    for (const char* side : {"results.db-wal", "results.db-shm"}) fs::remove(tmp.path() / side);
    fs::copy_file(tmp.path() / "kept", tmp.path() / "results.db", fs::copy_options::overwrite_existing);
  }
  EXPECT_TRUE(Store::open(tmp.path()).load_run(run));
}

TEST_F(StoreDurability, RefusesAForeignDatabaseAndANewerSchema) {
  Store::open(tmp.path());
  const fs::path file = tmp.path() / "results.db";
  std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
  bytes.seekp(63);  // the low byte of user_version in SQLite's header
  bytes.put(99);
  bytes.close();
  try {
    Store::open(tmp.path());
    FAIL() << "opened a newer schema";
  } catch (const base::InfraError& error) {
    EXPECT_NE(error.hint().find("newer vmlab"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace store
