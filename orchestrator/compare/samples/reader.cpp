// SPDX-License-Identifier: Apache-2.0
#include "compare/samples/reader.h"

#include <algorithm>

#include "base/text.h"
#include "compare/samples/draft.h"

namespace compare {
namespace {

enum class Format { empty, json, table, notes, unknown };

bool is_notes_key(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return false;
  const std::string key(base::trim(line.substr(0, colon)));
  return key == "title" || std::ranges::find(metric_keys(), key) != metric_keys().end();
}

// By the first line that is neither empty nor a comment.
Format format_of(std::string_view text, std::size_t& at) {
  for (at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = base::trim(text.substr(at, end - at));
    if (line.empty() || line.front() == '#') {
      at = end + 1;
      continue;
    }
    if (line.front() == '[' || line.front() == '{') return Format::json;
    if (is_notes_key(line)) return Format::notes;
    const std::size_t cell = line.find_first_of("\t,;");
    if (cell != std::string_view::npos || is_column(line)) return Format::table;
    return line.find(':') != std::string_view::npos ? Format::notes : Format::unknown;
  }
  return Format::empty;
}

}  // namespace

std::expected<SampleFile, base::Diagnostics> read_samples(std::string_view text,
                                                          const std::string& file,
                                                          const SampleDefaults& defaults) {
  // A byte order mark is no part of the text.
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  Drafts drafts(text, file);
  SampleFile head;
  std::size_t at = 0;
  switch (format_of(text, at)) {
    case Format::json:
      read_json(text, file, drafts, head);
      break;
    case Format::table:
      read_table(text, drafts);
      break;
    case Format::notes:
      read_notes(text, drafts, head);
      break;
    case Format::empty:
      break;
    case Format::unknown:
      drafts.wrong(
          at, "this is neither JSON, nor a table with a header line, nor notes",
          "begin with [, with a header like \"metric,side,value\", or with \"metric: NAME\"");
  }
  return drafts.finish(std::move(head), defaults);
}

}  // namespace compare
