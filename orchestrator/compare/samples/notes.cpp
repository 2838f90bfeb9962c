// SPDX-License-Identifier: Apache-2.0
// Notes: lines of "key: value", a metric after the other, as one jots figures down or pastes them.
#include <algorithm>

#include "base/text.h"
#include "compare/samples/draft.h"

namespace compare {
namespace {

class Notes {
 public:
  Notes(std::string_view text, Drafts& drafts, SampleFile& head)
      : text_(text), drafts_(drafts), head_(head) {}

  void line(std::string_view line) {
    const std::string_view trimmed = base::trim(line);
    if (trimmed.empty() || trimmed.front() == '#') return;
    const std::size_t colon = trimmed.find(':');
    // A line that is set in, without a key: more values.
    if (colon == std::string_view::npos) {
      if ((line.front() == ' ' || line.front() == '\t') && open_ != Open::none)
        return values(trimmed);
      return drafts_.wrong(
          at(trimmed), "a line without a key",
          "lines are like \"before: 1 2 3\"; a line that goes on with values begins with a blank");
    }
    entry(base::trim(trimmed.substr(0, colon)), base::trim(trimmed.substr(colon + 1)));
  }

 private:
  enum class Open { none, before, after };

  std::size_t at(std::string_view part) const {
    return static_cast<std::size_t>(part.data() - text_.data());
  }

  void entry(std::string_view key, std::string_view value) {
    open_ = Open::none;
    if (key == "metric") {
      drafts_.add(value, at(value.empty() ? key : value));
      // What was said before the first metric holds for all.
      drafts_.last().unit = defaults_.unit;
      drafts_.last().lower_is_better = defaults_.lower_is_better;
      drafts_.last().clock = defaults_.clock;
      drafts_.last().band = defaults_.band;
      drafts_.last().sampling = defaults_.sampling;
      return;
    }
    if (drafts_.empty() && (key == "title" || key == "before" || key == "after")) {
      (key == "title" ? head_.title : key == "before" ? head_.before : head_.after) = value;
      return;
    }
    if (key == "before" || key == "after") {
      open_ = key == "before" ? Open::before : Open::after;
      return values(value);
    }
    if (drafts_.empty() ? drafts_.set(defaults_, key, value, at(value)) : own(key, value)) return;
    const auto near = base::nearest(key, metric_keys());
    drafts_.wrong(
        at(key), "there is no key '" + base::printable(key) + "'",
        near ? "did you mean '" + *near + "'?" : "keys: title, " + base::join(metric_keys(), ", "));
  }
  // A metric's own word replaces the one for all.
  bool own(std::string_view key, std::string_view value) {
    Draft said;
    said.name = drafts_.last().name;
    if (!drafts_.set(said, key, value, at(value))) return false;
    Draft& draft = drafts_.last();
    if (key == "unit") draft.unit = said.unit;
    if (said.lower_is_better) draft.lower_is_better = said.lower_is_better;
    if (said.clock) draft.clock = said.clock;
    if (said.band) draft.band = said.band;
    if (said.sampling) draft.sampling = said.sampling;
    return true;
  }
  void values(std::string_view text) {
    text = base::trim(text.substr(0, text.find('#')));
    if (text.empty()) return;
    if (auto side = drafts_.side_from(text, at(text)))
      drafts_.extend(drafts_.last(), open_ == Open::after, std::move(*side), at(text));
  }

  std::string_view text_;
  Drafts& drafts_;
  SampleFile& head_;
  Draft defaults_;
  Open open_ = Open::none;
};

}  // namespace

void read_notes(std::string_view text, Drafts& drafts, SampleFile& head) {
  Notes notes(text, drafts, head);
  for (const std::string_view line : base::split_lines(text)) notes.line(line);
}

}  // namespace compare
