// SPDX-License-Identifier: Apache-2.0
#include "ktap/stress_reader.h"

#include "ktap/case_name.h"
#include "ktap/tap_text.h"

namespace ktap {

void StressReader::line(std::string_view text) {
  if (text.starts_with("nr_pages: ") &&
      text.find(", nr_pages_per_cpu: ") != std::string_view::npos) {
    state_ = State::running;
  } else if (text.starts_with("skip: Skipping userfaultfd")) {
    state_ = State::skipped;
    error_ = bounded_text(text.substr(6));
  } else if (state_ != State::running && state_ != State::ended) {
    return;
  } else if (text.find("ERROR: ") != std::string_view::npos) {
    state_ = State::failed;
    error_ = bounded_text(text.substr(text.find("ERROR: ") + 7));
  } else if (count_after(text, "bounces: ") == 0u &&
             text.find("userfaults:") != std::string_view::npos) {
    state_ = State::ended;  // the last bounce tells its counters only when it is over
  }
}

}  // namespace ktap
