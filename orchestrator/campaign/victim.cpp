// SPDX-License-Identifier: Apache-2.0
#include "campaign/victim.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <csignal>
#include <thread>

#include "async/launch.h"
#include "base/text.h"
#include "campaign/leftovers.h"
#include "store/store.h"

namespace campaign {
namespace {

namespace fs = base::fs;
namespace json = boost::json;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

std::string last_lines(const std::string& text, std::size_t count) {
  const auto lines = base::split_lines(base::trim(text));
  std::string out;
  for (std::size_t i = lines.size() - std::min(lines.size(), count); i < lines.size(); ++i)
    out += (out.empty() ? "" : " | ") + std::string(lines[i].substr(0, 300));
  return out;
}

model::CaseResult result_from(const json::value& value) {
  model::CaseResult result;
  result.id = json::value_to<std::string>(value.at("id"));
  result.test = json::value_to<std::string>(value.at("test"));
  const auto outcome = model::outcome_from(json::value_to<std::string>(value.at("raw_outcome")));
  if (!outcome) throw base::InfraError("the report has an outcome we do not know");
  result.outcome = *outcome;
  result.attempt = static_cast<int>(value.at("attempt").as_int64());
  return result;
}

}  // namespace

std::string Answer::text() const {
  if (!ended) return "it did not end: " + last_lines(errors, 2);
  return fmt::format("{}: {}", code >= 0 ? fmt::format("exit code {}", code) : "killed", last_lines(errors, 2));
}

Running::~Running() {
  if (pid_ <= 0 || status_) return;
  ::kill(pid_, SIGCONT);
  ::kill(pid_, SIGKILL);
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {}
}

bool Running::runs() {
  int status = 0;
  if (!status_ && ::waitpid(pid_, &status, WNOHANG) == pid_) status_ = status;
  return !status_;
}

void Running::signal(int number) {
  if (runs()) ::kill(pid_, number);
}

std::string Running::errors() const { return base::read_file(folder_ / "errors", 64 << 20).value_or(""); }

Answer Running::wait(std::chrono::seconds patience) {
  const auto deadline = steady_clock::now() + patience;
  while (runs() && steady_clock::now() < deadline) std::this_thread::sleep_for(20ms);
  Answer answer;
  answer.ended = !runs();
  if (answer.ended && WIFEXITED(*status_)) answer.code = WEXITSTATUS(*status_);
  answer.output = base::read_file(folder_ / "output", 256 << 20).value_or("");
  answer.errors = errors();
  return answer;
}

Victim::Victim(const World& w, fs::path where, int number, bool own_cache)
    : world(w), folder(std::move(where)), results(folder / "results"), cache(own_cache ? folder / "cache" / "vmlab" : w.cache),
      temporary(folder / "tmp"), scenario(w.scenario), mark(fmt::format("{}-{}", ::getpid(), number)) {
  fs::create_directories(results);
  fs::create_directories(temporary);
  if (own_cache) link_cache(w.cache, cache);
  // Whether KVM works here is known already.
  std::error_code none;
  if (!w.finished.empty()) fs::copy(w.finished / "accelerator", results / "accelerator", fs::copy_options::recursive, none);
}

void Victim::link_cache(const fs::path& from, const fs::path& to) {
  fs::create_directories(to);
  for (const char* part : {"artifacts/agent", "artifacts/kernel", "artifacts/selftests", "artifacts/shell", "artifacts/headers",
                           "artifacts/guest-sources", "artifacts/sysroot", "images"}) {
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(from / part, none)) {
      const fs::path target = to / part / entry.path().filename();
      if (entry.path().filename().string().starts_with(".tmp-")) continue;  // somebody is building it
      fs::create_directories(target.parent_path());
      fs::copy(entry.path(), target, fs::copy_options::recursive | fs::copy_options::create_hard_links | fs::copy_options::copy_symlinks);
    }
  }
  // A hundred thousand files that are only read, and only their being there matters.
  std::error_code none;
  const fs::path sources = fs::canonical(from / "artifacts/source", none);
  if (!none) fs::create_directory_symlink(sources, to / "artifacts/source");
  // Changed in place by others: copies.
  if (fs::exists(from / "apt/resolved")) {
    fs::create_directories(to / "apt");
    fs::copy(from / "apt/resolved", to / "apt/resolved", fs::copy_options::recursive);
  }
  fs::create_directories(to / "locks");
}

Running Victim::start(std::vector<std::string> arguments) {
  const fs::path call = folder / fmt::format("call-{}", ++calls_);
  fs::create_directories(call);
  const auto open = [&](const char* name) { return base::UniqueFd(::open((call / name).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)); };
  const base::UniqueFd in(::open("/dev/null", O_RDONLY | O_CLOEXEC)), out = open("output"), err = open("errors");
  const char* path = std::getenv("PATH");
  const auto pid = async::launch({.program = world.program.string(),
                                  .arguments = std::move(arguments),
                                  .directory = folder,
                                  .environment = {{"VMLAB_ROOT", world.root.string()},
                                                  {"XDG_CACHE_HOME", cache.parent_path().string()},
                                                  {"XDG_STATE_HOME", (folder / "state").string()},
                                                  {"TMPDIR", temporary.string()},
                                                  {"PATH", path_prefix + (path != nullptr ? path : "/usr/bin:/bin")},
                                                  {kMark, mark}},
                                  .in = in.get(),
                                  .out = out.get(),
                                  .err = err.get()});
  if (!pid) throw base::InfraError(pid.error());
  return Running(*pid, call);
}

std::vector<std::string> Victim::run_arguments() const {
  return {"run", scenario.string(), "--results", results.string(), "--jobs", "1"};
}

Answer Victim::call(std::vector<std::string> arguments, std::chrono::seconds patience) {
  Running running = start(std::move(arguments));
  return running.wait(patience);
}

std::vector<pid_t> Victim::qemus() const {
  std::vector<pid_t> found;
  for (const pid_t pid : pids_with(kMark, mark))
    if (base::read_file(fmt::format("/proc/{}/comm", pid), 100).value_or("").starts_with("qemu-system")) found.push_back(pid);
  return found;
}

std::optional<pid_t> Victim::wait_for_qemu(Running& running, std::chrono::milliseconds after) const {
  while (running.runs()) {
    if (const auto found = qemus(); !found.empty()) {
      std::this_thread::sleep_for(after);
      const auto now = qemus();
      if (!now.empty()) return now.front();
      return std::nullopt;
    }
    std::this_thread::sleep_for(5ms);
  }
  return std::nullopt;
}

StoredRun Victim::stored(const std::string& run) {
  StoredRun seen;
  seen.answer = call({"report", run, "--results", results.string(), "--json"}, 60s);
  boost::system::error_code error;
  const json::value report = json::parse(seen.answer.output, error);
  if (error || !report.is_object()) return seen;
  seen.there = true;
  seen.state = json::value_to<std::string>(report.at("state"));
  for (const json::value& value : report.at("results").as_array()) {
    model::CaseResult result = result_from(value);
    // A planned test without any row has one in the report, which the store has not.
    const json::object& object = value.as_object();
    const json::value* handle = object.if_contains("handle");
    if (handle != nullptr && handle->is_string() && !handle->get_string().empty()) seen.rows.push_back(std::move(result));
  }
  return seen;
}

Answer Victim::carry_on() {
  make_old(folder);
  const StoredRun before = stored();
  if (!before.there && before.answer.errors.contains("there is no run")) return call(run_arguments());
  if (!before.there) return before.answer;
  if (before.state == "finished") return before.answer;
  return resume();
}

Answer Victim::resume() { return call({"run", "--resume", "last", "--results", results.string(), "--jobs", "1"}); }

std::vector<std::string> Victim::told_done(const std::string& errors) {
  std::vector<std::string> tests;
  for (const std::string_view line : base::split_lines(errors)) {
    const auto words = base::split_words(line);
    // "pass       x86_64         mm/madv_populate  21 pass"
    if (words.size() > 3 && model::outcome_from(std::string(words[0])) && words[0] != "infra" && words[2].starts_with("mm/"))
      tests.emplace_back(words[2]);
  }
  return tests;
}

std::vector<std::string> Victim::left_behind() {
  std::vector<std::string> left;
  for (int i = 0; i < 200 && !(left = processes_with(kMark, mark)).empty(); ++i) std::this_thread::sleep_for(50ms);
  for (const auto& where : {results, cache, temporary}) {
    for (std::string& file : leftover_files(where)) left.push_back(std::move(file));
    if (where != world.cache)
      for (std::string& lock : locks_held(where)) left.push_back(std::move(lock));
  }
  return left;
}

Seen Victim::judge_all(const Truth& truth, int code, const Rules& rules) {
  const StoredRun run = stored();
  Seen seen;
  if (!run.there) seen.text = "there is no run in the end: " + run.answer.text();
  else seen = judge(truth, run.rows, rules);
  if (seen.verdict == Seen::Verdict::right && run.answer.code != code)
    seen = {.verdict = Seen::Verdict::wrong, .text = fmt::format("every result is right, and the report ends with {}", run.answer.code)};
  if (seen.verdict == Seen::Verdict::right && run.state != "finished")
    seen = {.verdict = Seen::Verdict::wrong, .text = "every result is there, and the run is " + run.state};
  seen.left_behind = left_behind();
  if (!seen.left_behind.empty()) seen.verdict = Seen::Verdict::wrong;
  try {
    store::Store::open(results).check();
  } catch (const base::InfraError& error) {
    seen = {.verdict = Seen::Verdict::wrong, .text = error.what(), .left_behind = std::move(seen.left_behind)};
  }
  return seen;
}

}  // namespace campaign
