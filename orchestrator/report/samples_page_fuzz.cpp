// SPDX-License-Identifier: Apache-2.0
// Whatever a file of samples says, its comparison is well-formed as a table, as JSON and as a page.
#include <boost/json.hpp>
#include <cstdlib>
#include <pugixml.hpp>

#include "compare/samples/comparison.h"
#include "compare/samples/reader.h"
#include "report/samples.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto file =
      compare::read_samples(text, "fuzz", {.lower_is_better = true, .clock = model::Clock::wall});
  if (!file) return 0;
  const compare::SampleComparison comparison = compare::compare_samples(*file, {});
  for (const char c : report::samples_text(comparison, {.width = 80}))
    require(c == '\n' || static_cast<unsigned char>(c) >= 0x20);
  boost::system::error_code error;
  const auto json = boost::json::parse(report::samples_json(comparison), error);
  require(!error && json.at("metrics").as_array().size() == file->metrics.size());
  pugi::xml_document document;
  const std::string page = report::samples_page(comparison);
  require(bool(document.load_string(page.c_str())));
  require(document.select_nodes("//tbody/tr").size() == file->metrics.size());
  require(document.select_nodes("//script").empty() && page.find("=\"nan") == std::string::npos);
  return 0;
}
