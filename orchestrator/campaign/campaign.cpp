// SPDX-License-Identifier: Apache-2.0
#include "campaign/campaign.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>

#include "base/text.h"
#include "campaign/fault.h"
#include "campaign/real.h"
#include "campaign/scripted.h"
#include "campaign/world.h"

namespace campaign {
namespace {

using std::chrono::steady_clock;

class Campaign {
 public:
  Campaign(const Options& options, Journal journal) : options_(options), journal_(std::move(journal)) {}

  bool wanted(int number, std::string_view kind) const {
    return (!options_.only || *options_.only == number) && kind.find(options_.kind) != std::string_view::npos;
  }

  void inject(Fault fault, const base::fs::path& work, const std::function<Seen(Fault&, const base::fs::path&)>& inject_it) {
    const base::fs::path folder = work / std::to_string(fault.number);
    base::fs::create_directories(folder);
    const auto start = steady_clock::now();
    Seen seen;
    try {
      seen = inject_it(fault, folder);
    } catch (const std::exception& error) {
      seen = {.verdict = Seen::Verdict::wrong, .text = std::string("the campaign itself: ") + error.what()};
    }
    const double ms = std::chrono::duration<double, std::milli>(steady_clock::now() - start).count();
    base::value_or_throw(journal_.add(journal_line(fault, seen, ms)));
    ++sums_[fault.kind][seen.verdict];
    ++all_[seen.verdict];
    if (seen.verdict == Seen::Verdict::wrong || seen.verdict == Seen::Verdict::skipped) {
      fmt::print("{:<7} {} {}: {}\n", to_string(seen.verdict), fault.number, fault.kind, base::printable(seen.text));
      for (const std::string& left : seen.left_behind) fmt::print("        left behind: {}\n", base::printable(left));
    }
    std::fflush(stdout);
    std::error_code ignored;
    if (seen.verdict != Seen::Verdict::wrong || !options_.keep) base::fs::remove_all(folder, ignored);
  }

  // The sums, by kind; false when something was wrong.
  bool conclude() const {
    fmt::print("\n{:<46} {:>6} {:>6} {:>8} {:>6} {:>8}\n", "kind", "right", "infra", "refused", "wrong", "skipped");
    const auto row = [](std::string_view name, std::map<Seen::Verdict, int> n) {
      using V = Seen::Verdict;
      fmt::print("{:<46} {:>6} {:>6} {:>8} {:>6} {:>8}\n", name, n[V::right], n[V::infra], n[V::refused], n[V::wrong], n[V::skipped]);
    };
    for (const auto& [kind, counts] : sums_) row(kind, counts);
    row("all", all_);
    return !all_.contains(Seen::Verdict::wrong);
  }

 private:
  const Options& options_;
  Journal journal_;
  std::map<std::string, std::map<Seen::Verdict, int>> sums_;
  std::map<Seen::Verdict, int> all_;
};

}  // namespace

bool run_campaign(const Options& options) {
  const base::fs::path parent = options.work.empty() ? base::cache_directory().parent_path() : options.work;
  std::error_code error;
  base::fs::create_directories(parent, error);
  const auto folder = base::value_or_throw(base::TemporaryDirectory::create(parent, "vmlab-campaign-"));
  // Scripted faults flush many small files: in memory that costs nothing.
  const base::fs::path memory = "/dev/shm";
  const auto scratch = base::value_or_throw(base::TemporaryDirectory::create(
      ::access(memory.c_str(), W_OK) == 0 ? memory : base::fs::temp_directory_path(), "vmlab-campaign-"));
  Campaign campaign(options, base::value_or_throw(Journal::open(options.journal)));

  // The floods first: what they cost in memory is measured from a small process.
  for (int number = 1; number <= options.scripted; ++number) {
    if (!campaign.wanted(number, number == 1 ? kBulkFlood : scripted_kind(options.seed, number))) continue;
    // One gigabyte in a long campaign, a hundredth of it in a short one.
    const std::uint64_t bytes = options.scripted >= 200 ? std::uint64_t{1} << 30 : std::uint64_t{16} << 20;
    if (number == 1)
      campaign.inject({.number = number}, scratch.path(), [&](Fault& fault, const base::fs::path& at) {
        return inject_console_flood(options.seed, fault, at, bytes, kMostMemoryKib);
      });
    else
      campaign.inject({.number = number}, scratch.path(), [&](Fault& fault, const base::fs::path& at) {
        return inject_scripted(options.seed, fault, at);
      });
  }
  if (options.real > 0 && (!options.only || *options.only >= kFirstReal)) {
    base::fs::path program = options.program;
    if (const char* named = std::getenv("VMLAB_PROGRAM"); program.empty() && named != nullptr) program = named;
    if (program.empty())
      throw base::InfraError("which vmlab is to be hurt?", "--program FILE, or VMLAB_PROGRAM in the environment");
    const World world = make_world(base::fs::absolute(program), base::fs::absolute(options.root), folder.path());
    for (int number = kFirstReal; number < kFirstReal + options.real; ++number)
      if (campaign.wanted(number, real_kind(options.seed, number)))
        campaign.inject({.number = number}, folder.path(), [&](Fault& fault, const base::fs::path& at) {
          return inject_real(world, options.seed, fault, at);
        });
  }
  return campaign.conclude();
}

}  // namespace campaign
