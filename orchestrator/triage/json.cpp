// SPDX-License-Identifier: Apache-2.0
#include "triage/json.h"

#include <boost/json.hpp>

#include "base/text.h"

namespace triage {

std::string to_json(std::span<const Report> reports) {
  std::string out = "{\"reports\":[";
  bool first = true;
  for (const Report& report : reports) {
    boost::json::object row;
    row["title"] = base::printable(report.title);
    row["kind"] = kind_name(report.kind);
    row["start_line"] = report.start_line;
    row["end_line"] = report.end_line;
    row["corrupted"] = report.corrupted;
    row["signature"] = base::printable(report.signature);
    row["function"] = base::printable(report.function);
    row["file"] = base::printable(report.file);
    row["process"] = base::printable(report.process);
    row["secondaries"] = report.secondaries;
    row["expected"] = report.expected;
    if (!report.trace.empty()) {
      boost::json::array trace;
      for (const TraceLine& frame : report.trace)
        trace.push_back({{"function", base::printable(frame.function)},
                         {"offset", frame.offset},
                         {"file", base::printable(frame.file)},
                         {"line", frame.line},
                         {"inlined", frame.inlined}});
      row["trace"] = std::move(trace);
    }
    out += first ? "\n  " : ",\n  ";
    out += boost::json::serialize(row);
    first = false;
  }
  out += first ? "]}\n" : "\n]}\n";
  return out;
}

}  // namespace triage
