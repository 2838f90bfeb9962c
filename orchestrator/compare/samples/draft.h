// SPDX-License-Identifier: Apache-2.0
// Metrics as they are being read: what may still be missing or wrong, and the mistakes found so
// far. The readers of the three formats share it. Only this folder includes it.
#pragma once
#include <functional>
#include <map>

#include "compare/samples/place.h"
#include "compare/samples/reader.h"

namespace compare {

struct Draft {
  std::string name;
  std::size_t offset = 0;  // where the metric begins in the text
  std::string unit;
  std::optional<bool> lower_is_better;
  std::optional<model::Clock> clock;
  std::optional<double> band;
  std::optional<Sampling> sampling;
  std::optional<Side> before, after;
};

class Drafts {
 public:
  Drafts(std::string_view text, std::string file) : text_(text), file_(std::move(file)) {}

  void wrong(std::size_t offset, std::string message, std::string hint);
  void add_mistake(base::Diagnostic mistake) { mistakes_.push_back(std::move(mistake)); }

  // A new metric; a mistake when its name is empty or was there before. The reference holds until
  // the next call.
  Draft& add(std::string_view name, std::size_t offset);
  Draft* find(std::string_view name);
  bool empty() const { return drafts_.empty(); }
  Draft& last() { return drafts_.back(); }

  // Attributes by their names, from text: "unit", "better", "clock", "band", "sampling". False:
  // there is no such attribute. A bad value is a mistake.
  bool set(Draft& draft, std::string_view key, std::string_view value, std::size_t offset);
  // "8372 8384 8392", or mean, sd and n: "424907.60 (24410.78) n 16".
  std::optional<Side> side_from(std::string_view words, std::size_t offset);
  // One number; nullopt and a mistake when it is none.
  std::optional<double> number_from(std::string_view word, std::size_t offset);
  // From numbers that were read; nullopt and a mistake when they cannot be.
  std::optional<MeanSd> mean_from(double mean, double sd, double n, std::size_t offset);
  // Adds values to a side, or gives it its mean; a mistake when it has something else already.
  void extend(Draft& draft, bool after, Side more, std::size_t offset);

  std::expected<SampleFile, base::Diagnostics> finish(SampleFile head,
                                                      const SampleDefaults& defaults);

 private:
  std::string_view text_;
  std::string file_;
  std::vector<Draft> drafts_;
  std::map<std::string, std::size_t, std::less<>> by_name_;
  base::Diagnostics mistakes_;
  std::size_t more_mistakes_ = 0;
};

// The three formats. `head` gets what is said of the whole file.
void read_json(std::string_view text, const std::string& file, Drafts& drafts, SampleFile& head);
void read_table(std::string_view text, Drafts& drafts);
void read_notes(std::string_view text, Drafts& drafts, SampleFile& head);

// The keys of a metric in notes and JSON.
const std::vector<std::string>& metric_keys();
// Whether a table's header could begin with this cell.
bool is_column(std::string_view cell);

}  // namespace compare
