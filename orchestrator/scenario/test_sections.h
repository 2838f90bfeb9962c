// SPDX-License-Identifier: Apache-2.0
// How the section `tests` is read, in three parts: how a test runs (read_how.cpp), what differs by machine, command
// or selftests (read_variations.cpp), single tests and selections (read_tests.cpp). Private to the room.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/scenario.h"
#include "scenario/sections.h"

namespace scenario {

// `keys` and those that say how a test runs, which a test, a variation and a selection all have.
std::vector<std::string> with_how(std::vector<std::string> keys);

// Those keys into `change`; what differs by machine (a pool set) goes to `more`.
void read_how(Context& context, const YamlMap& map, model::TestVariation& change,
              std::vector<model::TestVariation>& more);

// Those keys and the environment into the test itself.
void read_common(Context& context, const YamlMap& map, model::TestSpec& test);

// The keys per_machine, per_command and per_selftests.
void read_variations(Context& context, const YamlMap& map, model::TestSpec& test);

// Letters, digits and `extra`.
bool is_plain(std::string_view text, std::string_view extra);
// Names the probe or Kconfig knows: plain words.
std::vector<std::string> read_words(Context& context, const YAML::Node& node, std::string_view what);
// A command line as one text or as a list.
std::optional<std::vector<std::string>> read_command(Context& context, const YAML::Node& node, std::string_view what);

}  // namespace scenario
