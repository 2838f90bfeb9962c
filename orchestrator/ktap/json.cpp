// SPDX-License-Identifier: Apache-2.0
#include "ktap/json.h"

#include <boost/json.hpp>

namespace ktap {

std::string report_to_json(const Report& report) {
  boost::json::array results;
  results.reserve(report.cases.size());
  for (const auto& result : report.cases) {
    boost::json::object object;
    object["id"] = result.id;
    object["outcome"] = std::string(model::to_string(result.outcome));
    object["reason"] =
        result.reason ? boost::json::value(*result.reason) : boost::json::value(nullptr);
    object["line"] =
        result.line > 0 ? boost::json::value(result.line) : boost::json::value(nullptr);
    results.push_back(std::move(object));
  }
  boost::json::array notes;
  for (const auto& note : report.notes) notes.emplace_back(note);
  boost::json::object root;
  root["results"] = std::move(results);
  root["planned"] =
      report.planned ? boost::json::value(*report.planned) : boost::json::value(nullptr);
  root["missing"] = report.missing;
  root["complete"] = report.complete;
  root["notes"] = std::move(notes);
  return boost::json::serialize(root);
}

}  // namespace ktap
