// SPDX-License-Identifier: Apache-2.0
#include "lab/band_store.h"

#include <algorithm>
#include <boost/json.hpp>
#include <optional>

#include "base/hash.h"

namespace lab {
namespace {

namespace json = boost::json;

constexpr std::size_t kLargestFile = 4 << 20;

std::string text_in(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::optional<StoredBands> read_bands(const base::fs::path& file) {
  const auto text = base::read_file(file, kLargestFile);
  if (!text) return std::nullopt;
  boost::system::error_code error;
  const json::value root = json::parse(*text, error);
  const json::object* object = error ? nullptr : root.if_object();
  const json::value* metrics = object != nullptr ? object->if_contains("metrics") : nullptr;
  const json::value* builds = object != nullptr ? object->if_contains("builds") : nullptr;
  if (metrics == nullptr || !metrics->is_object() || builds == nullptr || !builds->is_int64()) return std::nullopt;
  StoredBands stored{.key = {.machine = text_in(*object, "machine"),
                             .kernel = text_in(*object, "kernel"),
                             .qemu = text_in(*object, "qemu"),
                             .benchmarks = text_in(*object, "benchmarks")},
                     .bands = {.metrics = {}, .builds = static_cast<int>(builds->get_int64()), .seeds = {}}};
  for (const auto& [name, value] : metrics->get_object())
    if (value.is_number()) stored.bands.metrics[name] = value.to_number<double>();
  if (const json::value* seeds = object->if_contains("seeds"); seeds != nullptr && seeds->is_array())
    for (const json::value& seed : seeds->get_array())
      if (seed.is_number()) stored.bands.seeds.push_back(seed.to_number<std::uint64_t>());
  return stored;
}

}  // namespace

std::string BandKey::hash() const {
  return base::Sha256().field("band-4").field(machine).field(kernel).field(qemu).field(benchmarks).hex();
}

Bands BandStore::load(const BandKey& key) const {
  if (!key.benchmarks.empty()) {
    const auto stored = read_bands(folder_ / (key.hash() + ".json"));
    return stored ? stored->bands : Bands();
  }
  Bands merged;
  for (const StoredBands& one : all()) {
    if (one.key.machine != key.machine || one.key.kernel != key.kernel || one.key.qemu != key.qemu) continue;
    for (const auto& [name, band] : one.bands.metrics) merged.metrics[name] = band;
    merged.builds = one.bands.builds;
    merged.seeds = one.bands.seeds;
  }
  return merged;
}

base::Result<void> BandStore::save(const BandKey& key, const Bands& bands) const {
  std::error_code error;
  base::fs::create_directories(folder_, error);
  json::object metrics;
  for (const auto& [name, band] : bands.metrics) metrics[name] = band;
  const json::object root{{"machine", key.machine},
                          {"kernel", key.kernel},
                          {"qemu", key.qemu},
                          {"benchmarks", key.benchmarks},
                          {"builds", bands.builds},
                          {"seeds", json::value_from(bands.seeds)},
                          {"metrics", std::move(metrics)}};
  return base::write_file_atomic(folder_ / (key.hash() + ".json"), json::serialize(root) + "\n");
}

std::vector<StoredBands> BandStore::all() const {
  std::vector<std::pair<base::fs::file_time_type, StoredBands>> found;
  std::error_code error;
  for (const auto& entry : base::fs::directory_iterator(folder_, error)) {
    if (entry.path().extension() != ".json") continue;
    auto stored = read_bands(entry.path());
    // A file by another name is of an older version, or not ours.
    if (stored && entry.path().stem() == stored->key.hash())
      found.emplace_back(entry.last_write_time(error), std::move(*stored));
  }
  std::ranges::sort(found, {}, [](const auto& one) { return std::pair(one.first, one.second.key.hash()); });
  std::vector<StoredBands> out;
  for (auto& [when, stored] : found) out.push_back(std::move(stored));
  return out;
}

}  // namespace lab
