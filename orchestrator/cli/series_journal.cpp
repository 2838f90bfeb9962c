// SPDX-License-Identifier: Apache-2.0
#include "cli/series_journal.h"

#include "base/json_fields.h"

namespace cli {
namespace {

namespace json = boost::json;
using base::array_at, base::flag_at, base::json_texts, base::object_at, base::text_at, base::texts_at;
using compare::StepBuild;

constexpr std::string_view kStates[] = {"unknown", "good", "failed"};

json::object build_json(const JournalBuild& build) {
  return {{"state", kStates[static_cast<std::size_t>(build.build.state)]},
          {"reason", build.build.reason},
          {"warnings", json_texts(build.build.warnings)},
          {"compiled", json_texts(build.build.compiled)},
          {"key", build.key},
          {"image_sha256", build.image_sha256},
          {"modules", build.modules}};
}

JournalBuild build_from(const json::object& object) {
  JournalBuild build{.build = {}, .key = text_at(object, "key"), .image_sha256 = text_at(object, "image_sha256"),
                     .modules = flag_at(object, "modules")};
  const std::string state = text_at(object, "state");
  for (std::size_t i = 0; i < std::size(kStates); ++i)
    if (state == kStates[i]) build.build.state = static_cast<StepBuild::State>(i);
  build.build.reason = text_at(object, "reason");
  build.build.warnings = texts_at(object, "warnings");
  for (std::string& name : texts_at(object, "compiled")) build.build.compiled.insert(std::move(name));
  return build;
}

json::object step_json(const JournalStep& step) {
  json::object builds, same;
  for (const auto& [machine, build] : step.builds) builds[machine] = build_json(build);
  for (const auto& [machine, other] : step.same_as) same[machine] = other;
  return {{"id", step.id},           {"subject", step.subject}, {"author", step.author},
          {"temporary", step.temporary}, {"content", step.content}, {"patch", step.patch},
          {"touched", json_texts(step.touched)}, {"builds", std::move(builds)}, {"same_as", std::move(same)},
          {"run", step.run},         {"done", step.done}};
}

JournalStep step_from(const json::object& object) {
  JournalStep step{.id = text_at(object, "id"),
                   .subject = text_at(object, "subject"),
                   .author = text_at(object, "author"),
                   .temporary = text_at(object, "temporary"),
                   .content = text_at(object, "content"),
                   .patch = text_at(object, "patch"),
                   .touched = texts_at(object, "touched"),
                   .run = text_at(object, "run"),
                   .done = flag_at(object, "done")};
  for (const auto& [machine, build] : object_at(object, "builds"))
    if (build.is_object()) step.builds[std::string(machine)] = build_from(build.get_object());
  for (const auto& [machine, other] : object_at(object, "same_as"))
    if (other.is_int64()) step.same_as[std::string(machine)] = static_cast<int>(other.get_int64());
  return step;
}

}  // namespace

base::Result<void> write_journal(const base::fs::path& file, const Journal& journal) {
  json::array steps;
  for (const JournalStep& step : journal.steps) steps.push_back(step_json(step));
  const json::object object{{"version", Journal::kVersion},    {"id", journal.id},
                            {"command", journal.command},      {"directory", journal.directory},
                            {"started_at", journal.started_at}, {"title", journal.title},
                            {"base", journal.base},            {"remarks", json_texts(journal.remarks)},
                            {"steps", std::move(steps)}};
  return base::write_file_atomic(file, json::serialize(object) + "\n");
}

base::Result<Journal> read_journal(const base::fs::path& file) {
  const auto text = base::read_file(file, std::size_t{256} << 20);
  if (!text) return std::unexpected(text.error());
  boost::system::error_code error;
  const json::value value = json::parse(*text, error);
  const json::object* object = error ? nullptr : value.if_object();
  const json::value* version = object != nullptr ? object->if_contains("version") : nullptr;
  if (version == nullptr || *version != Journal::kVersion) return base::fail(file.string() + " is not what this version writes");
  Journal journal{.id = text_at(*object, "id"), .command = text_at(*object, "command"), .directory = text_at(*object, "directory"),
                  .started_at = text_at(*object, "started_at"), .title = text_at(*object, "title"), .base = text_at(*object, "base"),
                  .remarks = texts_at(*object, "remarks"), .steps = {}};
  for (const json::value& step : array_at(*object, "steps"))
    if (step.is_object()) journal.steps.push_back(step_from(step.get_object()));
  return journal;
}

}  // namespace cli
