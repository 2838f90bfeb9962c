// SPDX-License-Identifier: Apache-2.0
// Titles and signatures: what makes two reports the same bug.
#pragma once
#include <string>
#include <string_view>

#include "triage/matcher.h"

namespace triage {

struct TitleParts {
  const Match& match;
  std::string_view function;
  std::string_view file;
  std::string_view access;   // "Read", "Write" or nothing
  bool slab_object = false;  // KASAN named the object's slab cache
};

// Fills {f}, {rw}, {1}.., {panic}, {text}, {lead}, {die}, {process}. Without a function `bare` is taken,
// or `title` up to " in {f}".
std::string make_title(std::string_view title, std::string_view bare, const TitleParts& parts);

// "fault:foo": the row's group (by default the kind) and the function; without a function, the
// title's words.
std::string make_signature(const Format& format, Kind kind, std::string_view title,
                           const TitleParts& parts);

// Replaces what differs from run to run: addresses by ADDR, other numbers by NUM.
std::string scrub(std::string_view text);

}  // namespace triage
