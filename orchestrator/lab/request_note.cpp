// SPDX-License-Identifier: Apache-2.0
#include "lab/request_note.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/hash.h"
#include "base/json_fields.h"
#include "base/text.h"
#include "base/units.h"
#include "lab/job_plan.h"

namespace lab {
namespace {

namespace json = boost::json;
using base::array_at, base::json_texts, base::text_at, base::texts_at;

// Content, not time: of a file, or of all files of a folder (a quilt series).
std::string digest(const std::string& path) {
  base::Sha256 hash;
  std::error_code error;
  std::vector<base::fs::path> files;
  if (base::fs::is_directory(path, error)) {
    for (const auto& entry : base::fs::recursive_directory_iterator(path, error))
      if (entry.is_regular_file(error)) files.push_back(entry.path());
    std::ranges::sort(files);
  } else {
    files.emplace_back(path);
  }
  // What cannot be read is the kernel build's to complain about.
  for (const auto& file : files) hash.field(file.filename().string()).field(base::read_file(file).value_or(""));
  return hash.hex().substr(0, 12);
}

std::string patches_text(const std::vector<std::string>& patches) {
  std::string text;
  for (const std::string& patch : patches)
    text += fmt::format(" + {} ({})", base::fs::path(patch).filename().string(), digest(patch));
  return text;
}

std::string fingerprint(const model::TestSpec& test) {
  model::Plan plan;
  plan.tests.push_back(plan_tests({test}).front().planned);
  base::Sha256 hash;
  hash.field(plan.text()).field(fmt::format("{} {}", test.limit.count(), test.needs.memory_bytes));
  hash.field(model::to_string(test.dialect));
  for (const auto* list : {&test.needs.config, &test.needs.features, &test.expected_log, &test.also_called})
    for (const std::string& text : *list) hash.field(text);
  for (const auto& [pattern, count] : test.expected_log_counts) hash.field(fmt::format("{} {}", pattern, count));
  return hash.hex().substr(0, 12);
}

constexpr std::string_view kKernelLine = "kernel ";

void add_job(const scenario::JobRequest& job, std::vector<std::string>& lines) {
  const std::string who = fmt::format("{} of {}: ", job.machine->id, job.scenario ? job.scenario->name : "");
  const auto add = [&](std::string text) { lines.push_back(who + std::move(text)); };
  std::string config = job.kernel.base_config;
  for (const std::string& fragment : job.kernel.fragments) config += " " + fragment;
  for (const model::ConfigOption& option : job.kernel.options) config += fmt::format(" {}={}", option.name, option.value);
  add(fmt::format("{}{}{}, config {}", kKernelLine, job.kernel.source.text(), patches_text(job.kernel.patches), config));
  add(fmt::format("selftests {}{}", job.selftests.source.text(), patches_text(job.selftests.patches)));
  add(fmt::format("guest with {} memory, {} vCPUs, {} nodes, command line '{}'", base::format_size(job.guest.memory_bytes),
                  job.guest.vcpus, job.guest.numa_nodes, base::join(job.guest.command_line, " ")));
  add(fmt::format("isolation {}, clock {}, seed {}", model::to_string(job.isolation), model::to_string(job.clock),
                  job.seed ? std::to_string(*job.seed) : "none"));
  if (job.shard.count > 1) add(fmt::format("shard {}/{}", job.shard.index, job.shard.count));
  for (const model::TestSpec& test : job.tests) add(fmt::format("test {} ({})", test.id, fingerprint(test)));
  for (const scenario::UnfitTest& unfit : job.unfit) add(fmt::format("test {} unfit: {}", unfit.test.id, unfit.reason));
  for (const model::VmtestsSelection& selection : job.vmtests)
    add(fmt::format("tests of run_vmtests.sh in {}, categories '{}'{}{}, selected by '{}' ({})", selection.collection,
                    base::join(selection.categories, " "), selection.extra ? ", extra" : "",
                    selection.destructive ? ", destructive" : "", base::join(job.test_globs, " "), fingerprint(selection.base)));
}

model::ExpectationSet set_from(const json::object& object) {
  model::ExpectationSet set{.kernel = text_at(object, "kernel"), .patches = texts_at(object, "patches"),
                            .selftests = text_at(object, "selftests"), .expects = {}};
  for (const json::value& item : array_at(object, "expects"))
    if (const json::object* one = item.if_object())
      set.expects.push_back({.test = text_at(*one, "test"), .machine = text_at(*one, "machine"), .outcome = text_at(*one, "outcome")});
  return set;
}

}  // namespace

std::vector<std::string> patch_names(const std::vector<std::string>& paths) {
  std::vector<std::string> names;
  for (const std::string& path : paths) names.push_back(base::fs::path(path).filename().string());
  return names;
}

std::string selftests_text(const model::SelftestSpec& selftests) {
  std::string text = selftests.source.text();
  for (const std::string& name : patch_names(selftests.patches)) text += "+" + name;
  return text;
}

RequestNote note_of(const RunRequest& request) {
  RequestNote note;
  std::error_code error;
  note.directory = base::fs::current_path(error).string();
  std::set<const model::Scenario*> seen;
  for (const scenario::JobRequest& job : request.jobs) {
    add_job(job, note.lines);
    if (job.scenario == nullptr || !seen.insert(job.scenario.get()).second) continue;
    note.scenario_files.push_back(base::fs::absolute(job.scenario->file, error).string());
    if (!job.scenario->expects.empty())
      note.expects.push_back({.kernel = job.kernel.source.text(), .patches = patch_names(job.kernel.patches),
                              .selftests = selftests_text(job.selftests), .expects = job.scenario->expects});
  }
  return note;
}

std::vector<std::string> lines_without_kernels(const RunRequest& request) {
  std::vector<std::string> lines = note_of(request).lines;
  std::erase_if(lines, [](const std::string& line) { return line.contains(fmt::format(": {}", kKernelLine)); });
  return lines;
}

base::Result<void> write_note(const base::fs::path& run_directory, const RequestNote& note) {
  json::array sets;
  for (const model::ExpectationSet& set : note.expects) {
    json::array expects;
    for (const model::Expectation& one : set.expects)
      expects.push_back(json::object{{"test", one.test}, {"machine", one.machine}, {"outcome", one.outcome}});
    sets.push_back(json::object{{"kernel", set.kernel}, {"patches", json_texts(set.patches)}, {"selftests", set.selftests},
                                {"expects", std::move(expects)}});
  }
  const json::object object{{"version", RequestNote::kVersion},
                            {"directory", note.directory},
                            {"scenario_files", json_texts(note.scenario_files)},
                            {"request", json_texts(note.lines)},
                            {"expects", std::move(sets)}};
  return base::write_file_atomic(run_directory / "request.json", json::serialize(object) + "\n");
}

base::Result<RequestNote> read_note(const base::fs::path& run_directory) {
  const base::fs::path path = run_directory / "request.json";
  const auto text = base::read_file(path, std::size_t{64} << 20);
  if (!text) return std::unexpected(text.error());
  boost::system::error_code error;
  const json::value value = json::parse(*text, error);
  const json::object* object = error ? nullptr : value.if_object();
  const json::value* version = object != nullptr ? object->if_contains("version") : nullptr;
  if (version == nullptr || *version != RequestNote::kVersion)
    return base::fail(path.string() + " is not what this version writes");
  RequestNote note{.directory = text_at(*object, "directory"), .scenario_files = texts_at(*object, "scenario_files"),
                   .lines = texts_at(*object, "request"), .expects = {}};
  for (const json::value& set : array_at(*object, "expects"))
    if (const json::object* one = set.if_object()) note.expects.push_back(set_from(*one));
  return note;
}

std::optional<std::string> difference(const RequestNote& before, const RequestNote& now) {
  const std::set<std::string> old(before.lines.begin(), before.lines.end()), fresh(now.lines.begin(), now.lines.end());
  for (const std::string& line : now.lines)
    if (!old.contains(line)) return "not so then: " + line;
  for (const std::string& line : before.lines)
    if (!fresh.contains(line)) return "not so any more: " + line;
  return std::nullopt;
}

}  // namespace lab
