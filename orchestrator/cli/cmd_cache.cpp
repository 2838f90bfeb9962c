// SPDX-License-Identifier: Apache-2.0
// vmlab cache list|gc: what is built and kept, and how to get the space back. Two stores share the folder: artefacts
// (room kernel) and images made of them (room image).
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "base/text.h"
#include "base/units.h"
#include "cli/command.h"
#include "image/store.h"
#include "kernel/cache.h"
#include "report/tables.h"

namespace cli {
namespace {

struct Options {
  std::string older_than, max_size;
  bool dry_run = false;
};

std::string mebibytes(std::uint64_t bytes) { return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (1 << 20)); }

std::string age(std::chrono::system_clock::time_point when) {
  const auto ago = std::chrono::system_clock::now() - when;
  const auto hours = std::chrono::duration_cast<std::chrono::hours>(ago).count();
  return hours < 1 ? "just now" : hours < 48 ? fmt::format("{} h ago", hours) : fmt::format("{} days ago", hours / 24);
}

boost::json::array to_json(const std::vector<kernel::CacheEntry>& entries) {
  boost::json::array array;
  for (const kernel::CacheEntry& entry : entries)
    array.push_back({{"kind", entry.kind}, {"key", entry.key}, {"summary", entry.summary}, {"bytes", entry.bytes},
                     {"last_used", std::chrono::system_clock::to_time_t(entry.last_used)}});
  return array;
}

constexpr const char* kImage = "image";

base::fs::path image_store() { return base::cache_directory() / "images"; }

kernel::CacheEntry entry_of(const image::ImageOnDisk& image) {
  const std::string_view name = image.name;
  const char* what = name.ends_with(".cpio") ? "guest image: agent, tests, shell, modules" : "empty file system";
  return {kImage, image.name, what, image.bytes, image.last_used};
}

std::vector<kernel::CacheEntry> all_entries() {
  auto entries = kernel::ArtifactCache().list();
  for (const image::ImageOnDisk& image : image::list_images(image_store())) entries.push_back(entry_of(image));
  std::ranges::sort(entries, {}, &kernel::CacheEntry::last_used);
  return entries;
}

// Images first: one is made again in a second, a kernel in minutes.
kernel::GcReport collect(const kernel::GcPolicy& policy) {
  const kernel::ArtifactCache cache;
  kernel::GcReport images;
  if (!policy.dry_run) image::sweep_images(image_store());
  std::uint64_t total = 0;
  for (const kernel::CacheEntry& entry : all_entries()) total += entry.bytes;
  const auto now = std::chrono::system_clock::now();
  for (const image::ImageOnDisk& image : image::list_images(image_store())) {
    images.bytes_left += image.bytes;
    const bool old = policy.older_than && now - image.last_used > *policy.older_than;
    if (!old && !(policy.max_bytes && total > *policy.max_bytes)) continue;
    const auto removal = policy.dry_run ? image::is_busy(image_store(), image.name)
                                        : image::remove_image(image_store(), image.name);
    if (!removal) throw base::InfraError(removal.error());
    if (*removal == image::Removal::busy) {
      images.busy.push_back(entry_of(image));
      continue;
    }
    images.removed.push_back(entry_of(image));
    images.bytes_left -= image.bytes;
    total -= std::min(total, image.bytes);
  }
  kernel::GcPolicy rest = policy;
  if (rest.max_bytes) rest.max_bytes = *rest.max_bytes - std::min(*rest.max_bytes, images.bytes_left);
  auto report = cache.gc(rest);
  if (!report) throw base::InfraError(report.error());
  report->removed.insert(report->removed.begin(), images.removed.begin(), images.removed.end());
  report->busy.insert(report->busy.begin(), images.busy.begin(), images.busy.end());
  report->bytes_left += images.bytes_left;
  return std::move(*report);
}

void list(const Session& session) {
  const auto entries = all_entries();
  if (session.wants_json()) session.deliver_json(boost::json::serialize(boost::json::object{{"entries", to_json(entries)}}));
  if (session.json) return;
  std::vector<std::vector<std::string>> rows{{"KIND", "KEY", "SIZE", "USED", "WHAT"}};
  std::uint64_t total = 0;
  for (const kernel::CacheEntry& entry : entries) {
    total += entry.bytes;
    rows.push_back({entry.kind, entry.key.substr(0, 12), mebibytes(entry.bytes), age(entry.last_used),
                    base::printable(entry.summary)});
  }
  session.say(report::table(rows, session.terminal()));
  session.say(fmt::format("\n{} entries, {}\n", entries.size(), mebibytes(total)));
}

void gc(const Session& session, const Options& options) {
  kernel::GcPolicy policy;
  policy.dry_run = options.dry_run;
  if (!options.older_than.empty()) {
    const bool days = options.older_than.ends_with('d');
    const auto value = days ? base::parse_int(std::string_view(options.older_than).substr(0, options.older_than.size() - 1)) : std::nullopt;
    const auto other = days ? std::nullopt : base::parse_duration(options.older_than);
    if (!value && !other) user_error("--older-than " + base::printable(options.older_than) + " is no duration", "for example 30d or 12h");
    policy.older_than = value ? std::chrono::hours(*value * 24) : std::chrono::duration_cast<std::chrono::hours>(*other);
  }
  if (!options.max_size.empty()) {
    policy.max_bytes = base::parse_size(options.max_size);
    if (!policy.max_bytes) user_error("--max-size " + base::printable(options.max_size) + " is no size", "for example 20G");
  }
  const kernel::GcReport report = collect(policy);
  if (session.wants_json())
    session.deliver_json(boost::json::serialize(boost::json::object{
        {"removed", to_json(report.removed)}, {"busy", to_json(report.busy)}, {"bytes_left", report.bytes_left}}));
  if (session.json) return;
  std::uint64_t freed = 0;
  for (const kernel::CacheEntry& entry : report.removed) freed += entry.bytes;
  session.say(fmt::format("{} {} entries, {}; {} in use; {} left\n", options.dry_run ? "would remove" : "removed",
                          report.removed.size(), mebibytes(freed), report.busy.size(), mebibytes(report.bytes_left)));
}

}  // namespace

void install_cache(CLI::App& app, Session& session) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("cache", "The artefact cache: list it, or free its space");
  command->require_subcommand(1);
  CLI::App* list_command = command->add_subcommand("list", "What is kept, its size and when it was used");
  add_output_options(*list_command, session);
  list_command->callback([&session] { list(session); });
  CLI::App* gc_command = command->add_subcommand("gc", "Remove what was not used, and what killed builds left");
  gc_command->add_option("--older-than", options->older_than, "Entries not used for so long: 30d, 12h")->type_name("TIME");
  gc_command->add_option("--max-size", options->max_size, "Then the longest unused until this fits: 20G")->type_name("SIZE");
  gc_command->add_flag("--dry-run", options->dry_run, "Only say what would go");
  add_output_options(*gc_command, session);
  gc_command->callback([&session, options] { gc(session, *options); });
}

}  // namespace cli
