// SPDX-License-Identifier: Apache-2.0
// The text a selftest prints, fed in chunks cut anywhere, to results. Memory is bounded: per line,
// per name, and in the number of results. The text is hostile: no input is an error.
#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ktap/report.h"
#include "model/scenario.h"

namespace ktap {

class Parser {
 public:
  // `machine` (an id of model::machines(), or empty) selects rows of the table of inherent skips.
  explicit Parser(std::string test_id, model::Dialect dialect = model::Dialect::automatic,
                  std::string machine = {});
  ~Parser();
  Parser(Parser&&) noexcept;
  Parser& operator=(Parser&&) noexcept;

  void feed(std::string_view chunk);

  // What the test says on stderr, where it is a stream of its own. It never holds results, but
  // often why: the harness's "Expected ..." lines, perror(). Lines count for the result that comes
  // next.
  void feed_stderr(std::string_view chunk);

  // The cases that became known since the last call, for committing as they arrive. They are in the
  // final report too, with the same ids and outcomes.
  std::vector<Case> take_results();

  // Ends the stream; a last line without a newline counts. Call once.
  Report finish(ProcessEnd end);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// A whole text at once.
Report parse(std::string_view text, ProcessEnd end = ProcessEnd::unknown(),
             std::string test_id = {}, model::Dialect dialect = model::Dialect::automatic,
             std::string machine = {});

}  // namespace ktap
