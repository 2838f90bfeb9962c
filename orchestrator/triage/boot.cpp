// SPDX-License-Identifier: Apache-2.0
// Boots and reboots of the machine that writes the stream, and what it says twice.
#include <utility>

#include "triage/state.h"

namespace triage {

void Triage::State::reboot(Match match, const Line& line) {
  close_all(false);
  settle(doubt ? boots.settle() : BootWatch::Verdict::open);
  bool explained = orderly || panicked || dead || !banner_seen || boot_lines < 8;
  // A boot console is replayed on the real one: the banner comes twice, with nothing but boot
  // between.
  if (boot_console && !user_space) explained = true;
  if (!explained && options.report_reboots) {
    const auto verdict = boots.suspect(line, line_before);
    if (verdict == BootWatch::Verdict::quoted) return;
    doubt = std::make_unique<Doubt>(
        Doubt{std::move(match), line_number, boots, user_space, boot_lines});
  }
  banner_seen = true;
  boot_lines = 0;
  user_space = orderly = boot_console = dead = panicked = false;
  culprit = previous = -1;
  kernel_offset.reset();
  waiting.clear();
  stuck.clear();
  if (!doubt) {
    boots.begin(line);
    heads_seen.clear();
  }
}

// The lines after a banner say whether the machine started again.
void Triage::State::settle(BootWatch::Verdict verdict) {
  if (!doubt || verdict == BootWatch::Verdict::open) return;
  const std::unique_ptr<Doubt> was = std::move(doubt);
  if (verdict == BootWatch::Verdict::quoted) {
    user_space = was->user_space;
    boot_lines += was->boot_lines;
    return;
  }
  const Line banner{was->match.text, {}, {}, true};
  if (on_open) on_open(Opened{was->line, was->match.text, Kind::reboot, false});
  const Builder builder(was->match, was->line, was->line, banner);
  boots.begin(banner);
  heads_seen.clear();
  keep(builder.finish(false), builder);
  previous = -1;
}

// Whether this very line, with its time, was there before: the log was printed again, or reaches us
// through two consoles.
bool Triage::State::said_before(const Line& line) {
  if (line.time.empty() || is_zero_time(line.time)) return false;
  std::string text(line.time);
  text += line.body;
  const std::size_t key = std::hash<std::string>{}(text);
  const bool known = heads_seen.contains(key);
  const std::uint64_t above = std::exchange(head_line, line_number);
  if (heads_seen.size() < kMaxHeads) heads_seen.insert(key);
  return known && (times_differ || above + 1 == line_number);
}

}  // namespace triage
