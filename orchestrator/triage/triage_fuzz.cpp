// SPDX-License-Identifier: Apache-2.0
// Any bytes in any chunks: no crash, bounded output, spans in order, the same reports as in one
// piece.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "triage/json.h"
#include "triage/triage.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const triage::Options options{.matcher = triage::make_matcher()};
  if (size < 1) return 0;
  std::size_t step = data[0] + 1u;
  std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  auto whole = triage::triage_text(text, options);
  triage::Triage pieces(options);
  for (std::size_t at = 0; at < text.size(); at += step) pieces.feed(text.substr(at, step));
  auto cut = pieces.finish();
  if (whole.size() != cut.size()) std::abort();
  std::uint64_t lines = pieces.lines();
  for (std::size_t i = 0; i < whole.size(); ++i) {
    const triage::Report& report = whole[i];
    if (report.title != cut[i].title || report.end_line != cut[i].end_line) std::abort();
    if (report.title.empty() || report.title.size() > 300) std::abort();
    if (report.start_line < 1 || report.end_line < report.start_line || report.end_line > lines)
      std::abort();
  }
  (void)triage::to_json(whole);
  return 0;
}
