// SPDX-License-Identifier: Apache-2.0
// A guest whose console prints a gigabyte: what it costs is measured in a process of its own.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>


#include <thread>

#include "base/text.h"
#include "campaign/leftovers.h"
#include "campaign/scripted.h"
#include "channel/encoder.h"

namespace campaign {
namespace {

using namespace std::chrono_literals;
namespace script = guest::script;

std::uint64_t peak_memory_kib() {
  const std::string status = base::read_file("/proc/self/status", 1 << 16).value_or("");
  for (const std::string_view line : base::split_lines(status))
    if (line.starts_with("VmHWM:")) return static_cast<std::uint64_t>(base::parse_int(base::split_words(line)[1]).value_or(0));
  return 0;
}

// Appends to the console while the guest's agent reports as always; at least as long as that takes.
void print_for(const base::fs::path& console, std::uint64_t bytes, const std::string& block) {
  base::UniqueFd fd(::open(console.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  for (std::uint64_t written = 0; fd && written < bytes;) {
    const ssize_t n = ::write(fd.get(), block.data(), static_cast<std::size_t>(std::min<std::uint64_t>(block.size(), bytes - written)));
    if (n <= 0) return;
    written += static_cast<std::uint64_t>(n);
  }
}

// The verdict in a line, "right 12345 text", on `out`.
int flooded_job(std::uint64_t seed, int number, const base::fs::path& folder, std::uint64_t bytes, int out) {
  Dice dice(seed, static_cast<std::uint64_t>(number));
  const std::vector<Story> stories{Story::passes, Story::crashes, Story::fails};
  base::fs::create_directories(folder / "quiet");
  base::fs::create_directories(folder / "disturbed");
  const JobSeen quiet = run_scripted(
      stories, [&](const model::Plan& plan, int) { return base::Result<Steps>(play(stories, plan)); }, folder / "quiet");
  const std::string block = benign_console(15'000, dice);
  std::thread printer;
  const JobSeen job = run_scripted(
      stories,
      [&](const model::Plan& plan, int boot) -> base::Result<Steps> {
        Steps steps = play(stories, plan);
        if (boot > 1) return steps;
        const base::fs::path console = folder / "disturbed/runs/scripted/jobs/x86_64-1/boot-1/console.log";
        printer = std::thread([&, console] { print_for(console, bytes, block); });
        // Time for it to come: what a loaded host does not print in it counts less, and the figure says how much.
        for (std::size_t i = 0; i < steps.size(); ++i)
          if (steps[i].kind == guest::ScriptStep::Kind::say && i > 8) {
            steps.insert(steps.begin() + static_cast<std::ptrdiff_t>(i), 100, script::wait(150ms));
            break;
          }
        return steps;
      },
      folder / "disturbed");
  if (printer.joinable()) printer.join();
  Seen seen = judge(truth_of(quiet.stored), job.stored, {.no_infra = true});
  if (!job.ended || !job.failure.empty()) seen = {.verdict = Seen::Verdict::wrong, .text = "the job failed: " + job.failure};
  const std::string line = fmt::format("{} {} {}\n", to_string(seen.verdict), peak_memory_kib(), seen.text);
  return ::write(out, line.data(), line.size()) == static_cast<ssize_t>(line.size()) ? 0 : 1;
}

}  // namespace

Seen inject_console_flood(std::uint64_t seed, Fault& fault, const base::fs::path& folder, std::uint64_t bytes, std::uint64_t most_kib) {
  fault.kind = kBulkFlood;
  fault.how = {{"bytes", bytes}};
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw base::InfraError(base::errno_error("create a pipe", errno));
  base::UniqueFd in(ends[0]), out(ends[1]);
  const pid_t child = ::fork();
  if (child == 0) {
    int status = 1;
    try {
      status = flooded_job(seed, fault.number, folder, bytes, out.get());
    } catch (const std::exception& error) {
      const std::string line = fmt::format("wrong 0 {}\n", error.what());
      (void)!::write(out.get(), line.data(), line.size());
    }
    ::_exit(status);
  }
  if (child < 0) throw base::InfraError(base::errno_error("fork", errno));
  out.reset();
  std::string line;
  char buffer[4096];
  for (ssize_t n = 0; (n = ::read(in.get(), buffer, sizeof buffer)) > 0 || (n < 0 && errno == EINTR);)
    if (n > 0) line.append(buffer, static_cast<std::size_t>(n));
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {}
  const auto words = base::split_words(line);
  Seen seen{.verdict = Seen::Verdict::wrong, .text = "its process ended with status " + std::to_string(status)};
  if (words.size() < 2) return seen;
  const auto memory = static_cast<std::uint64_t>(base::parse_int(words[1]).value_or(0));
  std::error_code error;
  const auto size = base::fs::file_size(folder / "disturbed/runs/scripted/jobs/x86_64-1/boot-1/console.log", error);
  seen.figures = {{"peak_memory_kib", memory}, {"console_bytes", error ? 0 : size}};
  seen.text = base::trim(line.substr(line.find(' ', line.find(' ') + 1) + 1));
  if (words[0] == "right") seen.verdict = Seen::Verdict::right;
  if (memory > most_kib) {
    seen.verdict = Seen::Verdict::wrong;
    seen.text = fmt::format("{} KiB of memory, {} are plenty", memory, most_kib);
  }
  seen.left_behind = leftover_files(folder);
  if (!seen.left_behind.empty()) seen.verdict = Seen::Verdict::wrong;
  return seen;
}

}  // namespace campaign
