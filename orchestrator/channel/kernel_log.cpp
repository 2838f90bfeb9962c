// SPDX-License-Identifier: Apache-2.0
#include "channel/kernel_log.h"

#include <fmt/format.h>

#include <algorithm>

#include <functional>
#include <optional>
#include <utility>

#include "base/text.h"
#include "wire/kmsg.h"

namespace channel {
namespace {

constexpr std::size_t kLongestLine = 64u << 10;

struct Stamped {
  std::uint64_t time_us;
  std::string_view text;  // behind the stamp and the caller
};

// "[    1.234567] text", with CONFIG_PRINTK_CALLER "[    1.234567][   T12] text" (kernel/printk/printk.c,
// print_time and print_caller).
std::optional<Stamped> stamped(std::string_view line) {
  if (!line.starts_with('[')) return std::nullopt;
  const auto end = line.find(']');
  if (end == std::string_view::npos || end > 24) return std::nullopt;
  const std::string_view stamp = base::trim(line.substr(1, end - 1));
  const auto dot = stamp.find('.');
  if (dot == std::string_view::npos || stamp.size() - dot != 7) return std::nullopt;
  std::uint64_t time = 0;
  for (char c : stamp) {
    if (c == '.') continue;
    if (c < '0' || c > '9') return std::nullopt;
    time = time * 10 + static_cast<std::uint64_t>(c - '0');
  }
  line.remove_prefix(end + 1);
  if (line.starts_with('[')) {
    const auto caller_end = line.find(']');
    if (caller_end != std::string_view::npos && caller_end < 16) {
      const std::string_view caller = base::trim(line.substr(1, caller_end - 1));
      if (caller.starts_with('T') || caller.starts_with('C')) line.remove_prefix(caller_end + 1);
    }
  }
  if (line.starts_with(' ')) line.remove_prefix(1);
  return Stamped{time, line};
}

std::uint64_t key_hash(std::uint64_t time_us, std::string_view text) {
  return std::hash<std::string_view>{}(text) ^ (time_us * 0x9e3779b97f4a7c15u);
}

std::string console_form(std::uint64_t time_us, std::string_view text) {
  return fmt::format("[{:5}.{:06}] {}", time_us / 1'000'000, time_us % 1'000'000, text);
}

std::string unescape(wire_bytes escaped) {
  std::string text(escaped.length, '\0');
  text.resize(kmsg_unescape(escaped, reinterpret_cast<std::uint8_t*>(text.data())));
  return text;
}

}  // namespace

// Returns whether the line is new to both lists.
bool KernelLog::add(Lines& mine, Lines& theirs, Line line, std::string_view key) {
  auto& lone_mine = &mine == &console_ ? lone_console_ : lone_records_;
  auto& lone_theirs = &mine == &console_ ? lone_records_ : lone_console_;
  const std::uint64_t hash = key_hash(line.time_us, key);
  const auto twin = lone_theirs.find(hash);
  const bool fresh = twin == lone_theirs.end();
  if (kept_ + line.text.size() > kMostText) {
    ++unkept_;
    return fresh;
  }
  kept_ += line.text.size() + sizeof(Line);
  const auto index = static_cast<std::uint32_t>(mine.size());
  if (fresh) {
    lone_mine[hash].lines.push_back(index);
  } else {
    Queue& queue = twin->second;
    line.twin = queue.lines[queue.taken++];
    theirs[line.twin].twin = index;
    if (queue.taken == queue.lines.size()) lone_theirs.erase(twin);
  }
  mine.push_back(std::move(line));
  return fresh;
}

void KernelLog::console_line(std::string_view line, std::string& fresh) {
  while (line.ends_with('\r')) line.remove_suffix(1);
  const auto kernel_line = stamped(line);
  if (!kernel_line) {
    if (kept_ + line.size() > kMostText) {
      ++unkept_;
    } else {
      kept_ += line.size() + sizeof(Line);
      console_.push_back({.text = std::string(line), .time_us = last_console_us_});
    }
    fresh += std::string(line) + "\n";
    return;
  }
  last_console_us_ = kernel_line->time_us;
  Line entry{.text = std::string(line), .time_us = kernel_line->time_us};
  if (add(console_, records_, std::move(entry), kernel_line->text)) fresh += std::string(line) + "\n";
}

std::string KernelLog::add_console(std::string_view bytes) {
  std::string fresh;
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    partial_ += bytes.substr(0, end);
    if (end == std::string_view::npos && partial_.size() < kLongestLine) break;
    console_line(partial_, fresh);
    partial_.clear();
    if (end == std::string_view::npos) break;
    bytes.remove_prefix(end + 1);
  }
  return fresh;
}

std::string KernelLog::finish() {
  std::string fresh;
  if (!partial_.empty()) console_line(std::exchange(partial_, {}), fresh);
  return fresh;
}

void KernelLog::remark(std::uint64_t time_us, std::string text, std::string& fresh) {
  text = "-- vmlab: " + text;
  fresh += text + "\n";
  records_.push_back({.text = std::move(text), .time_us = time_us});
}

std::string KernelLog::add_remark(std::string text) {
  std::string fresh;
  // A microsecond behind the latest line, so that it is merged in behind it.
  remark(std::max(last_record_us_, last_console_us_) + 1, base::printable(text), fresh);
  return fresh;
}

std::string KernelLog::add_records(std::uint32_t lost, std::string_view records) {
  std::string fresh;
  wire_bytes rest{reinterpret_cast<const std::uint8_t*>(records.data()), static_cast<std::uint32_t>(records.size())};
  bool gap_told = false;
  kmsg_record record;
  while (true) {
    const kmsg_status status = kmsg_next(&rest, &record);
    if (status == KMSG_END) break;
    if (status == KMSG_BAD) {
      remark(last_record_us_, "no kernel log record: " + base::printable(unescape(record.text)), fresh);
      continue;
    }
    // A number from the past is the guest's invention; take the record and go on from there.
    if (record.sequence > next_sequence_) {
      const std::uint64_t gap = record.sequence - next_sequence_;
      missing_records_ += gap;
      remark(any_record_ ? last_record_us_ : 0, fmt::format("{} records were lost here; the console may have them", gap), fresh);
      gap_told = true;
    }
    next_sequence_ = record.sequence + 1;
    any_record_ = true;
    last_record_us_ = record.time_us;
    const std::string text = unescape(record.text);
    for (std::string_view line : text.empty() ? std::vector<std::string_view>{""} : base::split_lines(text)) {
      std::string printed = console_form(record.time_us, line);
      Line entry{.text = printed, .time_us = record.time_us};
      if (add(records_, console_, std::move(entry), line)) fresh += printed + "\n";
    }
  }
  // An overrun without a gap in the numbers: everything that was lost came before what we hold.
  if (lost > 0 && !gap_told) remark(last_record_us_, "the ring buffer overran the agent; records were lost", fresh);
  return fresh;
}

std::string KernelLog::text() const {
  std::string out;
  std::size_t at = 0;  // the next console line to print
  const auto print = [&](const Line& line) { out.append(line.text).push_back('\n'); };
  // Console lines that only it has, up to `end` and not later than `time_us`. Twins are passed over: they
  // stand where their record stands.
  const auto console_until = [&](std::size_t end, std::uint64_t time_us) {
    for (; at < end && (console_[at].twin != kNobody || console_[at].time_us <= time_us); ++at)
      if (console_[at].twin == kNobody) print(console_[at]);
  };
  for (const Line& line : records_) {
    if (line.twin != kNobody) {
      console_until(line.twin, UINT64_MAX);  // the console's own order is the best there is
    } else {
      // Among equal stamps the record's place is unknown; it comes before what only the console has.
      console_until(console_.size(), line.time_us > 0 ? line.time_us - 1 : 0);
    }
    print(line);
  }
  console_until(console_.size(), UINT64_MAX);
  if (unkept_ > 0) out += fmt::format("-- vmlab: {} more lines are not kept\n", unkept_);
  return out;
}

}  // namespace channel
