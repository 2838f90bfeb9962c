// SPDX-License-Identifier: Apache-2.0
#include "ktap/uffd_reader.h"

#include <utility>

#include "base/text.h"
#include "ktap/case_name.h"
#include "ktap/tap_text.h"

namespace ktap {
namespace {

constexpr std::string_view kStart = "Testing ";
constexpr std::string_view kDots = "... ";
constexpr std::string_view kClosing = "Userfaults unit tests: ";

// "failed [reason: x]" to "x"; nullopt when `text` does not begin with `word`.
std::optional<std::string> reason_of(std::string_view text, std::string_view word) {
  const std::string start = std::string(word) + " [reason: ";
  if (!text.starts_with(start)) return std::nullopt;
  text.remove_prefix(start.size());
  const auto end = text.rfind(']');
  return bounded_text(end == std::string_view::npos ? text : text.substr(0, end));
}

}  // namespace

bool UffdReader::line(std::string_view text, std::size_t number) {
  if (text.starts_with(kClosing)) {
    end_pending();
    summary_.any_structure = true;
    summary_.total = count_after(text, "total=");
    const auto failed = count_after(text, "fail=");
    if (failed && *failed > summary_.bad) summary_.lost_failures = *failed - summary_.bad;
    return true;
  }
  if (!text.starts_with(kStart)) return pending_ && end_of_case(base::trim(text), number);
  std::string_view rest = text.substr(kStart.size());
  auto dots = rest.find(kDots);
  std::size_t skip = kDots.size();
  if (dots == std::string_view::npos && rest.ends_with("...")) {
    dots = rest.size() - 3;
    skip = 3;
  }
  if (dots == std::string_view::npos || dots == 0) return false;
  const auto name = rest.substr(0, dots);
  // Other programs "test" things too; the cases of this one say on what kind of memory.
  if (name.find(" on ") == std::string_view::npos && !name.starts_with("UFFDIO_API")) return false;
  end_pending();
  summary_.any_structure = true;
  pending_ = bounded_text(name);
  pending_line_ = number;
  end_of_case(base::trim(rest.substr(dots + skip)), number);
  return true;
}

bool UffdReader::end_of_case(std::string_view text, std::size_t number) {
  RawCase raw;
  if (text == "done") {
    raw.outcome = model::Outcome::pass;
  } else if (auto failed = reason_of(text, "failed")) {
    raw.outcome = model::Outcome::fail;
    raw.reason = std::move(failed);
    ++summary_.bad;
  } else if (auto skipped = reason_of(text, "skipped")) {
    raw.outcome = model::Outcome::unfit;
    raw.skipped = true;
    raw.reason = std::move(skipped);
  } else {
    return false;
  }
  raw.name = *std::exchange(pending_, std::nullopt);
  raw.line = number;
  ++summary_.reported;
  sink_(std::move(raw));
  return true;
}

// The next case began, or the end came, without a word on this one.
void UffdReader::end_pending() {
  if (!pending_) return;
  RawCase raw;
  raw.name = *std::exchange(pending_, std::nullopt);
  raw.outcome = model::Outcome::missing;
  raw.reason = "started and never reported";
  raw.line = pending_line_;
  sink_(std::move(raw));
}

UffdSummary UffdReader::finish() const {
  UffdSummary summary = summary_;
  summary.unfinished = pending_;
  return summary;
}

}  // namespace ktap
