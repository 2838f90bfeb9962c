// SPDX-License-Identifier: Apache-2.0
#include "lab/progress.h"

#include <fmt/format.h>

#include "base/text.h"
#include "base/units.h"

namespace lab {
namespace {

constexpr auto kRedraw = std::chrono::milliseconds(100);
constexpr auto kPlainInterval = std::chrono::seconds(30);
constexpr auto kPlainPatience = std::chrono::seconds(3);

// Cut to the width, never inside a UTF-8 sequence; a wrapped line would break the redrawing.
std::string fit(std::string_view text, int width) {
  const auto limit = static_cast<std::size_t>(std::max(width - 1, 20));
  if (text.size() <= limit) return std::string(text);
  std::size_t end = limit - 1;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "…";
}

}  // namespace

Progress::Progress(std::FILE* out, bool terminal, int width) : out_(out), terminal_(terminal), width_(width) {}

Progress::~Progress() {
  erase();
  std::fflush(out_);
}

void Progress::note(std::string_view line) {
  erase();
  fmt::print(out_, "{}\n", line);
  draw(true);
}

void Progress::show(const std::string& key, std::string text, bool event) {
  if (terminal_) {
    live_[key] = std::move(text);
    draw(event);
    return;
  }
  const auto now = Clock::now();
  // What is over in a moment is not worth a line.
  auto& printed = printed_.try_emplace(key, now - kPlainInterval + kPlainPatience).first->second;
  if (event || now - printed >= kPlainInterval) {
    printed = now;
    fmt::print(out_, "{}\n", text);
    std::fflush(out_);
  }
}

void Progress::done(const std::string& key) {
  live_.erase(key);
  printed_.erase(key);
  draw(true);
}

void Progress::total(std::size_t done, std::size_t all, std::chrono::seconds to_go) {
  total_ = fmt::format("{} of {} tests done", done, all);
  if (to_go.count() > 0) total_ += ", about " + base::format_duration(to_go) + " to go";
  draw(false);
}

void Progress::erase() {
  if (!terminal_ || drawn_lines_ == 0) return;
  fmt::print(out_, "\r\x1b[{}A\x1b[J", drawn_lines_);
  drawn_lines_ = 0;
}

void Progress::draw(bool now) {
  if (!terminal_) {
    std::fflush(out_);
    return;
  }
  const auto time = Clock::now();
  if (!now && time - last_draw_ < kRedraw) return;
  last_draw_ = time;
  erase();
  for (const auto& [key, text] : live_) fmt::print(out_, "  {}\n", fit(text, width_ - 2));
  drawn_lines_ = live_.size();
  if (!total_.empty()) {
    fmt::print(out_, "{}\n", fit(total_, width_));
    ++drawn_lines_;
  }
  std::fflush(out_);
}

}  // namespace lab
