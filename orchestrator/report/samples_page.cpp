// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <sstream>

#include "report/escape.h"
#include "report/samples.h"
#include "report/samples_charts.h"

namespace report {
namespace {

using compare::MetricVerdict;
using compare::percent;
using pugi::xml_node;

// Without '<', '>' and '&': the writer of the tree would escape them. Colours keep 3:1 and
// text 4.5:1 against both backgrounds; no meaning hangs on a colour alone.
constexpr const char* kStyle = R"(
:root{color-scheme:light dark;--back:#fff;--text:#1b1f24;--dim:#59636e;--line:#d8dee4;--same:#eef1f4;--good:#1a7f37;--bad:#c4292f;--open:#8a5a00;--even:#59636e;--before:#6e7781;--after:#0757b8}
@media (prefers-color-scheme:dark){:root{--back:#14171b;--text:#e6e9ed;--dim:#9aa4af;--line:#333a42;--same:#20262d;--good:#4ac26b;--bad:#ff7b72;--open:#dda63a;--even:#9aa4af;--before:#9aa4af;--after:#6cb0ff}}
body{margin:0 auto;max-width:1180px;padding:24px 20px 48px;background:var(--back);color:var(--text);font:15px/1.5 system-ui,sans-serif}
h1{font-size:1.5rem;margin:0 0 4px}h2{font-size:1.1rem;margin:32px 0 8px}
p{margin:4px 0}.key,.terms{color:var(--dim);font-size:.87rem}
.sides span{color:var(--dim)}
.chips{display:flex;flex-wrap:wrap;gap:8px;margin:12px 0;padding:0;list-style:none}
.chips li{border:1px solid currentColor;border-radius:14px;padding:2px 12px;font-weight:600}
.improved{color:var(--good)}.regressed{color:var(--bad)}.inconclusive{color:var(--open)}.unchanged{color:var(--even)}
svg{display:block;width:100%;height:auto}svg text{font-size:13px;fill:var(--text)}
svg .tick{fill:var(--dim);font-size:11px}svg .word{font-weight:600;fill:currentColor}
.forest{overflow-x:auto}.forest svg{min-width:720px}
.same{fill:var(--same)}.zero{stroke:var(--dim)}.grid{stroke:var(--line)}
.interval{stroke:currentColor;stroke-width:2.5}.mark,.end{fill:currentColor}
.dot.before,.sd.before{fill:var(--before);stroke:var(--before)}.dot.after,.sd.after{fill:var(--after);stroke:var(--after)}
.dot{stroke-width:0}.sd{stroke-width:2}
.median{stroke-width:2}.median.before,.curve.before{stroke:var(--before)}.median.after,.curve.after{stroke:var(--after)}
.curve{fill:none;stroke-width:2}.curve.before{stroke-dasharray:5 4}
.curves{display:grid;grid-template-columns:repeat(auto-fit,minmax(320px,1fr));gap:16px}
figure{margin:0}figcaption{font-weight:600}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:left;padding:8px 10px;border-bottom:1px solid var(--line);vertical-align:top}
th{color:var(--dim);font-weight:600;white-space:nowrap}td.number,th.number{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
td.samples{min-width:200px}td.reason{min-width:220px;overflow-wrap:anywhere}td.metric{overflow-wrap:anywhere;min-width:120px}
td small{color:var(--dim);display:block}
)";

void add_head(xml_node html, const std::string& title) {
  xml_node head = element(html, "head");
  element(head, "meta", {{"charset", "utf-8"}});
  element(head, "meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}});
  // Nothing runs and nothing is fetched, whatever the names of metrics contain.
  element(head, "meta",
          {{"http-equiv", "Content-Security-Policy"},
           {"content", "default-src 'none'; style-src 'unsafe-inline'"}});
  element(head, "title", {}, title);
  head.append_child("style").text().set(kStyle);
}

void add_summary(xml_node body, const compare::SampleComparison& comparison,
                 const std::string& title) {
  element(body, "h1", {}, title);
  for (const auto& [name, text] :
       {std::pair("before", &comparison.before), std::pair("after", &comparison.after)})
    if (!text->empty()) {
      xml_node line = element(body, "p", {{"class", "sides"}});
      element(line, "span", {}, fmt::format("{}: ", name));
      element(line, "b", {}, *text);
    }
  xml_node chips = element(body, "ul", {{"class", "chips"}});
  using enum compare::SampleVerdict;
  for (const auto verdict : {regressed, improved, unchanged, inconclusive})
    if (const std::size_t n = comparison.of(verdict); n > 0)
      element(chips, "li", {{"class", std::string(to_string(verdict))}},
              fmt::format("{} {}", n, to_string(verdict)));
  element(body, "p", {{"class", "terms"}}, terms(comparison));
}

void add_number(xml_node row, std::string_view text, std::string_view below = {}) {
  xml_node cell = element(row, "td", {{"class", "number"}}, text);
  if (!below.empty()) element(cell, "small", {}, below);
}

void add_metric(xml_node table, const MetricVerdict& metric) {
  const bool exact = metric.clock == model::Clock::instructions;
  xml_node row = element(table, "tr");
  xml_node name = element(row, "td", {{"class", "metric"}}, metric.name);
  std::string kind = exact ? "exact" : "wall";
  if (!metric.unit.empty()) kind = metric.unit + ", " + kind;
  element(name, "small", {},
          fmt::format("{}, {} is better", kind, metric.lower_is_better ? "lower" : "higher"));
  add_number(row, measured(metric.before.middle, exact), fmt::format("n {}", metric.before.n));
  add_number(row, measured(metric.after.middle, exact), fmt::format("n {}", metric.after.n));
  add_number(row, percent(metric.delta),
             metric.confidence > 0 ? percent(metric.low) + " .. " + percent(metric.high) : "");
  element(element(row, "td"), "b", {{"class", std::string(to_string(metric.verdict))}},
          to_string(metric.verdict));
  add_samples(element(row, "td", {{"class", "samples"}}), metric);
  xml_node reason = element(row, "td", {{"class", "reason"}}, metric.reason);
  for (const std::string& remark : metric.remarks) element(reason, "small", {}, remark);
}

void add_table(xml_node body, const compare::SampleComparison& comparison) {
  xml_node section = element(body, "section");
  element(section, "h2", {}, "Metrics");
  element(section, "p", {{"class", "key"}},
          "Samples in the order of measurement, before on the left and after on the right, with "
          "their medians; a bar is mean and sd.");
  xml_node table = element(element(section, "div", {{"class", "scroll"}}), "table");
  xml_node head = element(element(table, "thead"), "tr");
  for (const char* name : {"Metric", "Before", "After", "Delta", "Verdict", "Samples", "Reason"}) {
    const std::string_view word = name;
    const bool number = word == "Before" || word == "After" || word == "Delta";
    element(head, "th", {{"class", number ? "number" : "text"}, {"scope", "col"}}, name);
  }
  xml_node rows = element(table, "tbody");
  for (const MetricVerdict& metric : comparison.metrics) add_metric(rows, metric);
}

}  // namespace

xml_node element(xml_node parent, const char* name, Attributes attributes, std::string_view text) {
  xml_node out = parent.append_child(name);
  for (const auto& [key, value] : attributes)
    out.append_attribute(key).set_value(xml_clean(value).c_str());
  if (!text.empty()) out.append_child(pugi::node_pcdata).set_value(xml_clean(text).c_str());
  return out;
}

xml_node drawing(xml_node parent, double width, double height, std::string_view what) {
  return element(parent, "svg",
                 {{"viewBox", fmt::format("0 0 {} {}", at(width), at(height))},
                  {"role", "img"},
                  {"aria-label", std::string(what)}});
}

std::string at(double v) {
  std::string out = fmt::format("{:.2f}", v);
  while (out.ends_with('0')) out.pop_back();
  if (out.ends_with('.')) out.pop_back();
  return out;
}

std::string samples_page(const compare::SampleComparison& comparison) {
  pugi::xml_document document;
  document.append_child(pugi::node_doctype).set_value("html");
  xml_node html = element(document, "html", {{"lang", "en"}});
  const std::string title = comparison.title.empty() ? "Before and after" : comparison.title;
  add_head(html, title);
  xml_node body = element(html, "body");
  add_summary(body, comparison, title);
  xml_node forest = element(body, "section", {{"class", "forest"}});
  element(forest, "h2", {}, "Change of every metric");
  add_forest(forest, comparison);
  add_curves(body, comparison);
  add_table(body, comparison);
  element(body, "p", {{"class", "terms"}}, "vmlab compare --samples");
  std::ostringstream out;
  // Empty elements get an end tag: in HTML <td/> would stay open.
  document.save(out, "",
                pugi::format_raw | pugi::format_no_declaration | pugi::format_no_empty_element_tags,
                pugi::encoding_utf8);
  return out.str() + "\n";
}

}  // namespace report
