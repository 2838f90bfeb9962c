// SPDX-License-Identifier: Apache-2.0
// The sections `kernel` and `selftests`.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "scenario/sections.h"

namespace scenario {
namespace {

using model::SourceRef;

void make_relative_to_file(const Context& context, SourceRef& source) {
  if (source.kind == SourceRef::Kind::dir || source.kind == SourceRef::Kind::git ||
      source.kind == SourceRef::Kind::prebuilt)
    source.location = context.path(source.location);
}

void check_patch(Context& context, const YAML::Node& at, const std::string& path) {
  std::error_code error;
  if (!base::fs::exists(path, error))
    context.reader.error(at, fmt::format("there is no patch {}", in_quotes(path)),
                         "name a diff, an mbox or a quilt folder, relative to this file");
}

// SRC[+PATCH...] into a source and its patches.
void read_source(Context& context, const YAML::Node& node, std::string_view what, SourceRef& source,
                 std::vector<std::string>& patches) {
  const auto word = context.reader.text(node, what);
  if (!word) return;
  auto parsed = model::parse_patched_source(*word);
  if (!parsed) {
    context.reader.error(node, parsed.error().message, parsed.error().hint);
    return;
  }
  source = parsed->first;
  make_relative_to_file(context, source);
  for (const std::string& patch : parsed->second) {
    patches.push_back(context.path(patch));
    check_patch(context, node, patches.back());
  }
}

void read_patches(Context& context, const YamlMap& map, std::vector<std::string>& patches) {
  map.with("patches", [&](const YAML::Node& node) {
    for (const YAML::Node& item : context.reader.items(node, "patches"))
      if (const auto path = context.reader.text(item, "each of patches")) {
        patches.push_back(context.path(*path));
        check_patch(context, item, patches.back());
      }
  });
}

std::vector<std::string> known_fragments(const base::fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : base::fs::directory_iterator(folder, error))
    if (entry.path().extension() == ".config") names.push_back(entry.path().stem().string());
  std::ranges::sort(names);
  return names;
}

void read_fragment(Context& context, const YAML::Node& node, std::vector<std::string>& fragments) {
  const auto name = context.reader.text(node, "each of fragments");
  if (!name) return;
  std::error_code error;
  if (name->find('/') != std::string::npos || name->ends_with(".config")) {
    fragments.push_back(context.path(*name));
    if (!base::fs::exists(fragments.back(), error))
      context.reader.error(node, fmt::format("there is no config fragment {}", in_quotes(fragments.back())),
                           "a name without `/` is looked up in images/config, a path relative to this file");
    return;
  }
  fragments.push_back(*name);
  if (context.options.fragments.empty()) return;
  const std::vector<std::string> known = known_fragments(context.options.fragments);
  if (std::ranges::find(known, *name) == known.end())
    context.reader.error(node, fmt::format("unknown config fragment {}", in_quotes(*name)), suggest(*name, known));
}

bool is_option_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

// y, n, m, a number, or a string; a YAML string without quotes of its own gets Kconfig's.
std::optional<std::string> option_value(const YAML::Node& node, const std::string& text) {
  if (text == "y" || text == "n" || text == "m" || base::parse_int(text)) return text;
  const bool hex = text.starts_with("0x") && text.size() > 2 &&
                   text.find_first_not_of("0123456789abcdefABCDEF", 2) == std::string::npos;
  if (hex) return text;
  if (text.find_first_of("\n\r\"\\") == std::string::npos && node.Tag() == "!") return "\"" + text + "\"";
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"' && text.find_first_of("\n\r") == std::string::npos)
    return text;
  return std::nullopt;
}

void read_options(Context& context, const YAML::Node& node, std::vector<model::ConfigOption>& options) {
  for (const YamlReader::Entry& entry : context.reader.entries(node, "options")) {
    std::string name = entry.name;
    if (name.starts_with("CONFIG_")) name = name.substr(7);
    if (!is_option_name(name)) {
      context.reader.error(entry.at, fmt::format("{} is not the name of a kernel option", in_quotes(entry.name)),
                           "write it as in Kconfig, for example `DEBUG_VM: y`");
      continue;
    }
    const auto text = context.reader.text(entry.value, "a kernel option");
    if (!text) continue;
    if (const auto value = option_value(entry.value, *text)) options.push_back({name, *value});
    else
      context.reader.error(entry.value, fmt::format("{} is not a value for {}", in_quotes(*text), name),
                           "write y, n, m, a number or a text in quotes");
  }
}

void read_config(Context& context, const YAML::Node& node, model::KernelSpec& kernel) {
  const YamlMap map(context.reader, node, "config", {"base", "fragments", "options"});
  map.with("base", [&](const YAML::Node& value) {
    const auto word = context.reader.text(value, "base");
    if (!word) return;
    if (*word == "tiny" || *word == "def") {
      kernel.base_config = *word;
      return;
    }
    kernel.base_config = context.path(*word);
    std::error_code error;
    if (!base::fs::exists(kernel.base_config, error))
      context.reader.error(value, fmt::format("{} is neither `tiny` nor `def` nor a file", in_quotes(*word)),
                           "tiny is tinyconfig, def is defconfig; a path names a .config, relative to this file");
  });
  map.with("fragments", [&](const YAML::Node& value) {
    for (const YAML::Node& item : context.reader.items(value, "fragments"))
      read_fragment(context, item, kernel.fragments);
  });
  map.with("options", [&](const YAML::Node& value) { read_options(context, value, kernel.options); });
}

}  // namespace

model::KernelSpec read_kernel(Context& context, const YAML::Node& node) {
  model::KernelSpec kernel;
  kernel.source = {.kind = SourceRef::Kind::debian, .location = "6.12", .revision = {}};
  if (node.IsScalar()) {
    read_source(context, node, "kernel", kernel.source, kernel.patches);
    return kernel;
  }
  const YamlMap map(context.reader, node, "kernel", {"source", "patches", "config"});
  map.with("source", [&](const YAML::Node& value) {
    read_source(context, value, "source", kernel.source, kernel.patches);
  });
  read_patches(context, map, kernel.patches);
  map.with("config", [&](const YAML::Node& value) { read_config(context, value, kernel); });
  return kernel;
}

model::SelftestSpec read_selftests(Context& context, const YAML::Node& node) {
  model::SelftestSpec selftests;
  selftests.source = {.kind = SourceRef::Kind::debian, .location = "6.12", .revision = {}};
  if (node.IsScalar()) {
    read_source(context, node, "selftests", selftests.source, selftests.patches);
    return selftests;
  }
  const YamlMap map(context.reader, node, "selftests", {"source", "patches"});
  map.with("source", [&](const YAML::Node& value) {
    read_source(context, value, "source", selftests.source, selftests.patches);
  });
  if (node.IsMap() && !map.has("source"))
    context.reader.error(node, "`selftests` has no `source`", "name it, or leave `selftests` out to take the kernel's");
  read_patches(context, map, selftests.patches);
  return selftests;
}

}  // namespace scenario
