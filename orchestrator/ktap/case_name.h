// SPDX-License-Identifier: Apache-2.0
// Which words of the output name a case and which say why. The rules, first match wins:
//
// 1. A `# [RUN] name` comment names every result up to the next one, whatever those results say: in
//    Linux 6.12's cow and gup_longterm the text behind `ok` depends on the outcome ("Should have
//    failed", "No leak from parent into child"), in 7.3 it repeats the name. Both give the same id.
// 2. The text behind `ok N`.
// 3. The harness's `#  RUN  fixture.test ...`, for results without a name (6.1's harness skips).
// 4. The text behind a directive (kselftest.h prints `ok 3 # SKIP text`); a table knows the tests
// that put
//    name and reason there together.
// 5. "(unnamed)". An ordinal is never part of a name: it shifts between machines.
//
// Names that repeat get " (2)", " (3)"... in order of appearance.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "ktap/line.h"

namespace ktap {

// What the lines before a result said.
struct Context {
  std::optional<std::string> run;      // of `# [RUN] name`
  std::optional<std::string> harness;  // of `#  RUN  name ...`
  std::optional<std::string> remark;   // last `# ...` line since the previous result
};

struct NamedResult {
  std::string name;                   // printable, bounded
  std::optional<std::string> reason;  // printable, bounded
};

NamedResult name_result(const ResultLine& result, const Context& context, std::string_view test_id);

// Guest text as a name or reason: printable, at most 400 bytes; longer text keeps its start and a
// hash.
std::string bounded_text(std::string_view text);

// Hands out ids that never repeat.
class UniqueNames {
 public:
  std::string unique(const std::string& name);

 private:
  std::unordered_map<std::string, std::size_t> count_;
  std::unordered_set<std::string> taken_;
};

}  // namespace ktap
