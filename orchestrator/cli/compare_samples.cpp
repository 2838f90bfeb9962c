// SPDX-License-Identifier: Apache-2.0
#include "cli/compare_samples.h"

#include <fmt/format.h>

#include "base/text.h"
#include "cli/input.h"
#include "compare/samples/comparison.h"
#include "compare/samples/reader.h"
#include "report/samples.h"

namespace cli {
namespace {

// Beyond this it is a log of a tracer, not a table of measurements.
constexpr std::size_t kMostBytes = std::size_t{64} << 20;

[[noreturn]] void wrong_option(std::string_view option, const std::string& value, std::string right) {
  user_error(fmt::format("{} is '{}'", option, base::printable(value)), std::move(right));
}

double share(std::string_view option, const std::string& value, double otherwise) {
  if (value.empty()) return otherwise;
  const auto found = compare::share_from(value);
  if (!found) wrong_option(option, value, fmt::format("a relative number or percent: {0} 0.02 or {0} 2%", option));
  return *found;
}

compare::SampleOptions options_of(const SamplesArguments& arguments) {
  compare::SampleOptions out;
  out.level = share("--level", arguments.level, out.level);
  if (out.level < 1e-12 || out.level > 0.5)
    wrong_option("--level", arguments.level, "the share of false alarms that is accepted: above 0, at most 0.5; 0.01 by default");
  out.min_effect = share("--min-effect", arguments.min_effect, out.min_effect);
  out.resolution = share("--resolution", arguments.resolution, out.resolution);
  if (out.resolution <= 0) wrong_option("--resolution", arguments.resolution, "no number of samples rules out every change: more than 0");
  if (!arguments.correction.empty()) {
    const auto found = compare::correction_from(arguments.correction);
    if (!found) wrong_option("--correction", arguments.correction, "automatic, none, holm or fdr");
    out.correction = *found;
  }
  if (arguments.independent) out.sampling = compare::Sampling::independent;
  return out;
}

compare::SampleDefaults defaults_of(const SamplesArguments& arguments) {
  compare::SampleDefaults out;
  if (!arguments.better.empty()) {
    out.lower_is_better = compare::direction_from(arguments.better);
    if (!out.lower_is_better) wrong_option("--better", arguments.better, "lower or higher");
  }
  if (!arguments.clock.empty()) {
    out.clock = compare::clock_from(arguments.clock);
    if (!out.clock) wrong_option("--clock", arguments.clock, "wall (noisy) or instructions (exact)");
  }
  return out;
}

}  // namespace

std::string SamplesArguments::given() const {
  for (const auto& [option, value] : {std::pair("--level", &level), std::pair("--min-effect", &min_effect),
                                      std::pair("--resolution", &resolution), std::pair("--correction", &correction),
                                      std::pair("--better", &better), std::pair("--clock", &clock), std::pair("--html", &html)})
    if (!value->empty()) return option;
  return independent ? "--independent" : "";
}

void add_samples_options(CLI::App& command, SamplesArguments& arguments) {
  constexpr const char* kGroup = "Samples";
  const auto add = [&](const char* name, std::string& field, const char* help, const char* type) {
    command.add_option(name, field, help)->type_name(type)->group(kGroup);
  };
  add("--samples", arguments.file, "Compare measured values in a file: JSON, CSV, TSV or notes; - is standard input", "FILE");
  add("--level", arguments.level, "False alarms accepted of a noisy metric (default: 1%)", "SHARE");
  add("--min-effect", arguments.min_effect, "A smaller change of a noisy metric is never called (default: 0.5%)", "SHARE");
  add("--resolution", arguments.resolution, "'unchanged' rules out a larger change than this (default: 1%)", "SHARE");
  add("--correction", arguments.correction,
      "For many metrics: none, holm, fdr, or automatic: fdr above 20 noisy metrics (default)", "NAME");
  command.add_flag("--independent", arguments.independent,
                   "Samples do not hang together: sides alternated, or a boot per sample")->group(kGroup);
  add("--better", arguments.better, "Direction of metrics that do not say it: lower or higher", "WHICH");
  add("--html", arguments.html, "Write the comparison as a page, one self-contained file", "OUT");
  add("--clock", arguments.clock, "Kind of metrics that do not say it: wall (noisy) or instructions (exact)", "WHICH");
}

int compare_samples(const Session& session, const SamplesArguments& arguments) {
  const compare::SampleOptions options = options_of(arguments);
  const compare::SampleDefaults defaults = defaults_of(arguments);
  std::string text;
  read_input(arguments.file, [&](std::string_view piece) {
    if (text.size() + piece.size() > kMostBytes)
      user_error(fmt::format("{} has more than {} MiB", arguments.file, kMostBytes >> 20), "give it the measured values only");
    text += piece;
  });
  const auto file = compare::read_samples(text, arguments.file == "-" ? "standard input" : arguments.file, defaults);
  if (!file) throw base::UserError{file.error()};
  const compare::SampleComparison comparison = compare::compare_samples(*file, options);
  if (!arguments.html.empty()) base::value_or_throw(base::write_file_atomic(arguments.html, report::samples_page(comparison)));
  if (session.wants_json()) session.deliver_json(base::trim(report::samples_json(comparison)));
  if (!session.json) session.say(report::samples_text(comparison, session.terminal()));
  return comparison.of(compare::SampleVerdict::regressed) > 0 ? kBad : kGood;
}

}  // namespace cli
