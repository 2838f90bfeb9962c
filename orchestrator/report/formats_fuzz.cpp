// SPDX-License-Identifier: Apache-2.0
// Whatever a guest says, every report of it is well-formed in its own format.
#include <boost/json.hpp>
#include <cstdlib>
#include <pugixml.hpp>

#include "compare/fixture.h"
#include "report/json.h"
#include "report/junit.h"
#include "report/ktap.h"
#include "report/terminal.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

void require_plain(std::string_view text) {
  for (const char c : text) require(c == '\n' || static_cast<unsigned char>(c) >= 0x20);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const std::string id(all.substr(0, size / 3)), reason(all.substr(size / 3, size / 3));
  auto first = compare::fixture::row("x86_64", "mm/" + reason, id, model::Outcome::fail, reason);
  first.evidence = all.substr(2 * (size / 3));
  first.handle = "a";
  auto second = compare::fixture::row(id, "mm/b", reason, model::Outcome::unfit, id);
  second.handle = "b";
  const report::RunView view =
      report::view_of({.run = compare::fixture::finished_run({first, second})}, {}, "2026-11-21");

  require_plain(report::terminal_text(view, {.width = 60}));
  require_plain(report::ktap_text(view));
  boost::system::error_code error;
  boost::json::parse(report::run_json(view), error);
  require(!error);
  pugi::xml_document document;
  require(bool(document.load_string(report::junit_xml(view).c_str())));
  return 0;
}
