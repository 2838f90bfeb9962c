// SPDX-License-Identifier: Apache-2.0
// Any text, any dialect, any end, cut anywhere: the results are the same, the ids are unique, and
// what was handed out early is what the report says.
#include <cstdint>
#include <iterator>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/error.h"
#include "ktap/json.h"
#include "ktap/parser.h"

namespace {

using ktap::Case;
using ktap::ProcessEnd;
using ktap::Report;

constexpr model::Dialect kDialects[] = {model::Dialect::automatic, model::Dialect::tap,
                                        model::Dialect::uffd_unit_tests,
                                        model::Dialect::uffd_stress, model::Dialect::exit_code,
                                        model::Dialect::benchmark};

bool same(const Case& a, const Case& b) {
  return a.id == b.id && a.outcome == b.outcome && a.reason == b.reason && a.line == b.line;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const auto dialect = kDialects[data[0] % std::size(kDialects)];
  const int end_kind = data[1] % 5;
  const ProcessEnd end{static_cast<ProcessEnd::Kind>(end_kind), data[1] / 5};
  std::uint32_t cut = data[2] * 2654435761u + 1;
  const std::string_view text(reinterpret_cast<const char*>(data) + 3, size - 3);

  const Report whole = ktap::parse(text, end, "t", dialect, "ppc64-hash4k");
  ktap::Parser parser("t", dialect, "ppc64-hash4k");
  std::vector<Case> early;
  for (std::string_view rest = text; !rest.empty();) {
    cut = cut * 1664525u + 1013904223u;
    const auto piece = rest.substr(0, 1 + (cut >> 16) % 37);
    parser.feed(piece);
    rest.remove_prefix(piece.size());
    for (auto& result : parser.take_results()) early.push_back(std::move(result));
  }
  const Report pieces = parser.finish(end);

  VMLAB_ASSERT(whole.cases.size() == pieces.cases.size());
  VMLAB_ASSERT(whole.planned == pieces.planned && whole.complete == pieces.complete);
  VMLAB_ASSERT(early.size() <= pieces.cases.size());
  std::unordered_set<std::string> ids;
  for (std::size_t i = 0; i < whole.cases.size(); ++i) {
    VMLAB_ASSERT(same(whole.cases[i], pieces.cases[i]));
    if (i < early.size()) VMLAB_ASSERT(same(early[i], pieces.cases[i]));
    VMLAB_ASSERT(!whole.cases[i].id.empty() && ids.insert(whole.cases[i].id).second);
  }
  (void)ktap::report_to_json(whole);
  return 0;
}
