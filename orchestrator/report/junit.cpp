// SPDX-License-Identifier: Apache-2.0
#include "report/junit.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <pugixml.hpp>
#include <sstream>

#include "report/escape.h"

namespace report {
namespace {

using compare::Case;
using model::Outcome;

enum class Mark { none, failure, error, skipped };

// A test that did its work and said no is a `failure`; one that could not be brought to an end is
// an `error`.
Mark mark_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::fail:
      return Mark::failure;
    case Outcome::crash:
    case Outcome::hang:
    case Outcome::missing:
    case Outcome::build_fail:
    case Outcome::boot_fail:
    case Outcome::infra:
      return Mark::error;
    case Outcome::skip:
    case Outcome::unfit:
    case Outcome::xfail:
      return Mark::skipped;
    case Outcome::pass:
    case Outcome::xpass:
      return Mark::none;
  }
  return Mark::none;
}

void attribute(pugi::xml_node node, const char* name, std::string_view value) {
  node.append_attribute(name).set_value(xml_clean(value).c_str());
}

std::string message_of(const Case& c) {
  std::string message(to_string(c.outcome));
  if (!c.note.empty()) message += ": known: " + c.note;
  if (c.result.reason) message += ": " + *c.result.reason;
  return message;
}

// The name within the test; the test itself when there are no cases.
std::string name_of(const Case& c) {
  return c.result.id.starts_with(c.result.test + "/") ? c.result.id.substr(c.result.test.size() + 1)
                                                      : c.result.id;
}

void add_case(pugi::xml_node suite, const Case& c) {
  pugi::xml_node node = suite.append_child("testcase");
  attribute(node, "classname", c.column + "." + c.result.test);
  attribute(node, "name", name_of(c));
  constexpr const char* kElements[] = {"", "failure", "error", "skipped"};
  if (const Mark mark = mark_of(c.outcome); mark != Mark::none) {
    pugi::xml_node child = node.append_child(kElements[static_cast<int>(mark)]);
    attribute(child, "message", message_of(c));
    if (mark != Mark::skipped) {
      attribute(child, "type", to_string(c.outcome));
      if (!c.result.evidence.empty())
        child.append_child(pugi::node_pcdata).set_value(xml_clean(c.result.evidence).c_str());
    }
  }
  std::string said;
  if (c.outcome == Outcome::xpass) said = message_of(c) + "\n";
  if (const std::string rate = compare::rate_text(c); !rate.empty()) said += rate + "\n";
  if (!c.result.handle.empty()) said += fmt::format("vmlab reproduce {}\n", c.result.handle);
  if (!said.empty())
    node.append_child("system-out")
        .append_child(pugi::node_pcdata)
        .set_value(xml_clean(said).c_str());
}

struct Totals {
  std::size_t tests = 0, failures = 0, errors = 0, skipped = 0;
  double seconds = 0;

  void add(Mark mark) {
    ++tests;
    failures += mark == Mark::failure;
    errors += mark == Mark::error;
    skipped += mark == Mark::skipped;
  }
  void add(const Totals& other) {
    tests += other.tests;
    failures += other.failures;
    errors += other.errors;
    skipped += other.skipped;
    seconds += other.seconds;
  }
  void write(pugi::xml_node node, bool with_skipped) const {
    node.append_attribute("tests").set_value(static_cast<unsigned long long>(tests));
    node.append_attribute("failures").set_value(static_cast<unsigned long long>(failures));
    node.append_attribute("errors").set_value(static_cast<unsigned long long>(errors));
    if (with_skipped)
      node.append_attribute("skipped").set_value(static_cast<unsigned long long>(skipped));
    node.append_attribute("time").set_value(fmt::format("{:.3f}", seconds).c_str());
  }
};

}  // namespace

std::string junit_xml(const RunView& view) {
  pugi::xml_document document;
  auto declaration = document.append_child(pugi::node_declaration);
  declaration.append_attribute("version") = "1.0";
  declaration.append_attribute("encoding") = "UTF-8";
  pugi::xml_node root = document.append_child("testsuites");
  attribute(root, "name", "vmlab " + view.run.scenario);

  std::map<std::string, std::string> host_of_job;
  for (const auto& job : view.run.jobs) host_of_job[job.job] = job.host;

  const auto& cases = view.settled.cases;  // cases of one test and column are neighbours
  Totals all;
  for (std::size_t from = 0, to = 0; from < cases.size(); from = to) {
    const compare::TestKey key{cases[from].column, cases[from].result.test};
    pugi::xml_node suite = root.append_child("testsuite");
    attribute(suite, "name", key.column + "/" + key.test);
    // Attributes come before children in the text, but their values are known only after them.
    Totals totals;
    for (; to < cases.size() && cases[to].column == key.column && cases[to].result.test == key.test;
         ++to) {
      add_case(suite, cases[to]);
      totals.add(mark_of(cases[to].outcome));
      totals.seconds = std::max(totals.seconds, cases[to].result.duration_ms / 1000);
    }
    if (std::ranges::find(view.settled.ran_nothing, key) != view.settled.ran_nothing.end()) {
      pugi::xml_node node = suite.append_child("testcase");
      attribute(node, "classname", key.column + "." + key.test);
      attribute(node, "name", "ran at least one case");
      pugi::xml_node child = node.append_child("failure");
      attribute(child, "message", "planned, but every case was skipped");
      attribute(child, "type", "ran_nothing");
      totals.add(Mark::failure);
    }
    totals.write(suite, true);
    if (!view.run.started_at.empty()) {  // xs:dateTime without a zone, as the schema wants it
      std::string when = view.run.started_at;
      if (when.ends_with('Z')) when.pop_back();
      attribute(suite, "timestamp", when);
    }
    attribute(suite, "hostname", host_of_job[cases[from].result.job]);
    all.add(totals);
  }
  all.write(root, false);
  std::ostringstream out;
  document.save(out, "  ");
  return std::move(out).str();
}

}  // namespace report
