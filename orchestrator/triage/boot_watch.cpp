// SPDX-License-Identifier: Apache-2.0
#include "triage/boot_watch.h"

#include <algorithm>
#include <functional>

namespace triage {
namespace {

constexpr std::size_t kMarks = 64;     // lines of a boot to recognise it by
constexpr std::size_t kWindow = 60;    // lines after a banner until it must be settled
constexpr std::size_t kDifferent = 3;  // new times that prove a new boot

std::uint64_t mark_of(const Line& line) {
  std::string text(line.time);
  text += ' ';
  text += line.body;
  return std::hash<std::string>{}(text);
}

// Commands that print an old log again.
bool asks_for_a_log(std::string_view line) {
  static constexpr std::string_view kCommands[] = {
      "dmesg", "journalctl", "/proc/version", "/var/log/", "uname", "klogctl", "neofetch"};
  return std::ranges::any_of(kCommands, [line](std::string_view command) {
    return line.find(command) != std::string_view::npos;
  });
}

bool is_firmware(std::string_view line) {
  static constexpr std::string_view kWords[] = {
      "BIOS",          "iPXE",   "Booting",       "SLOF",   "U-Boot",  "EFI stub",
      "OpenSBI",       "GRUB",   "Loading",       "BdsDxe", "NOTICE:", "Starting kernel",
      "Uncompressing", "stdout", "Decompressing", "OPAL",   "EDK II"};
  return std::ranges::any_of(
      kWords, [line](std::string_view word) { return line.find(word) != std::string_view::npos; });
}

// What only the first lines of a boot say.
bool is_early_text(std::string_view body) {
  static constexpr std::string_view kTexts[] = {"Command line:",
                                                "Kernel command line:",
                                                "Machine model:",
                                                "BIOS-provided physical",
                                                "BIOS-e820:",
                                                "Booting Linux on",
                                                "OF: fdt",
                                                "earlycon",
                                                "Zone ranges",
                                                "CPU: ARMv",
                                                "Memory: ",
                                                "hash-mmu:",
                                                "radix-mmu:",
                                                "KERNEL supported cpus",
                                                "x86/fpu:",
                                                "efi: ",
                                                "Early memory node",
                                                "Detected PIPT",
                                                "random: get_random",
                                                "setup: Linux",
                                                "Using pSeries",
                                                "Using CoreNet",
                                                "printk: bootconsole",
                                                "OpenSBI",
                                                "CPU0 revision is",
                                                "Determined physical RAM",
                                                "PERCPU:"};
  return std::ranges::any_of(
      kTexts, [body](std::string_view text) { return body.find(text) != std::string_view::npos; });
}

}  // namespace

bool is_zero_time(std::string_view time) {
  return !time.empty() && time.find_first_not_of("0. ") == std::string_view::npos;
}

void BootWatch::note(std::string_view raw) {
  if (marks_.size() >= kMarks) return;
  const Line line = parse_line(raw);
  if (line.time.empty() || is_zero_time(line.time) || line.body.empty()) return;
  if (marks_.empty())
    first_time_ = line.time;
  else if (line.time != first_time_)
    times_differ_ = true;
  marks_.push_back(mark_of(line));
}

void BootWatch::begin(const Line& banner) {
  *this = {};
  stamped_ = banner.stamped;
  timed_ = !banner.time.empty();
}

BootWatch::Verdict BootWatch::suspect(const Line& banner, std::string_view before) {
  zero_ = is_zero_time(banner.time);
  early_text_ = false;
  seen_ = different_ = 0;
  if (stamped_ && !banner.stamped) return Verdict::quoted;    // a program's output
  if (timed_ && banner.time.empty()) return Verdict::quoted;  // dmesg -T
  const Line above = parse_line(before);
  if (!above.stamped && asks_for_a_log(above.body)) return Verdict::quoted;
  asked_ = !above.stamped && !above.body.empty() && !is_firmware(above.body);
  return Verdict::open;
}

BootWatch::Verdict BootWatch::judge(std::string_view raw) {
  const Line line = parse_line(raw);
  if (is_early_text(line.body)) early_text_ = true;
  if (times_differ_ && !line.time.empty() && !is_zero_time(line.time)) {
    // A machine without a clock of its own, as under QEMU's icount, boots with the same times
    // again.
    if (asked_ && std::ranges::find(marks_, mark_of(line)) != marks_.end()) return Verdict::quoted;
    if (++different_ >= kDifferent) return Verdict::reboot;
  }
  // Without times the words are all there is.
  if (!times_differ_ && early_text_) return Verdict::reboot;
  return ++seen_ >= kWindow ? settle() : Verdict::open;
}

BootWatch::Verdict BootWatch::settle() const {
  return zero_ || early_text_ ? Verdict::reboot : Verdict::quoted;
}

}  // namespace triage
