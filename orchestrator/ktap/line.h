// SPDX-License-Identifier: Apache-2.0
// One line of TAP or KTAP, recognised by its form after prefix.h took off what a console added.
// Sources: testanything.org specifications 12, 13 and 14; Documentation/dev-tools/ktap.rst;
// kselftest.h.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace ktap {

enum class Directive { none, skip, todo, xfail, xpass, timeout, error };

// "ok 3 - name # SKIP why" in its parts.
struct ResultLine {
  bool ok = false;
  std::optional<std::size_t> number;
  bool block = false;  // " {" ended it: its subtest follows (node-tap)
  bool dash = false;   // "- " stood before the name
  std::string name;    // unescaped, trimmed; may be empty
  Directive directive = Directive::none;
  std::string data;  // what follows the directive, or the '#' when there is none
};

enum class LineKind { other, version, plan, result, bail, subtest };

struct Line {
  LineKind kind = LineKind::other;
  std::string_view lead;  // the '#' and blanks in front that nesting puts there
  std::string_view text;  // the rest
  ResultLine result;      // kind == result
  std::size_t plan = 0;   // kind == plan
  bool skip_all = false;  // kind == plan: "1..0 # SKIP ..." or a bare "1..0"
  std::string data;       // plan: the skip's reason; bail: its message; subtest: its name
};

// Recognises a cleaned line. The views point into `line`.
Line classify(std::string_view line);

// The text behind leading '#' and blanks.
std::string_view comment_text(std::string_view line);

}  // namespace ktap
