// SPDX-License-Identifier: Apache-2.0
#include "report/escape.h"

#include <fmt/format.h>

#include "base/text.h"

namespace report {
namespace {

// base::printable of runs of bytes that are no plain text; `keep` says which control characters
// stay.
template <class Keep>
std::string clean(std::string_view text, Keep keep) {
  std::string out, pending;
  const auto flush = [&] {
    out += base::printable(pending);
    pending.clear();
  };
  for (const char c : text) {
    if (keep(c)) {
      flush();
      out += c;
    } else {
      pending += c;
    }
  }
  flush();
  return out;
}

}  // namespace

std::string json_clean(std::string_view text) {
  return clean(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string xml_clean(std::string_view text) {
  std::string out = base::printable(text, /*keep_newlines=*/true);
  // U+FFFE and U+FFFF are UTF-8, but no XML characters.
  for (const std::string_view bad : {"\xEF\xBF\xBE", "\xEF\xBF\xBF"})
    for (auto at = out.find(bad); at != std::string::npos; at = out.find(bad, at))
      out.replace(at, bad.size(), bad.back() == '\xBE' ? "\\uFFFE" : "\\uFFFF");
  return out;
}

std::string ktap_clean(std::string_view text) {
  std::string out;
  for (const char c : base::printable(text)) {
    if (c == '#')
      out += "\\x23";
    else
      out += c;
  }
  return out;
}

}  // namespace report
