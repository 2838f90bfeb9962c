// SPDX-License-Identifier: Apache-2.0
#include "base/hash.h"
#include "base/text.h"
#include "kernel/selftests.h"

namespace kernel {

std::string selftest_manifest(const SelftestArtifact& artifact) {
  std::string text = "vmlab-selftests 1 " + base::percent_encode(artifact.collection) + "\n";
  for (const BuiltSelftest& one : artifact.built)
    text += std::string(one.script ? "script " : "built ") + base::percent_encode(one.name) + " " +
            one.sha256 + "\n";
  for (const NotBuilt& one : artifact.not_built)
    text += "missing " + base::percent_encode(one.program) + " " +
            base::percent_encode(base::join(one.lines, "\n")) + "\n";
  return text;
}

base::Result<SelftestArtifact> parse_selftest_manifest(std::string_view text) {
  const auto lines = base::split_lines(text);
  const auto broken = [](std::string_view line) {
    return base::fail("the selftest record is damaged at '" + base::printable(line) + "'",
                      "remove the artefact: `vmlab cache gc`");
  };
  if (lines.empty()) return broken("");
  SelftestArtifact artifact;
  base::Sha256 identity;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto words = base::split_words(lines[i]);
    if (words.size() != 3) return broken(lines[i]);
    const auto second = base::percent_decode(words[i == 0 ? 2 : 1]);
    const auto third = base::percent_decode(words[2]);
    if (!second || !third) return broken(lines[i]);
    if (i == 0) {
      if (words[0] != "vmlab-selftests" || words[1] != "1") return broken(lines[i]);
      artifact.collection = *second;
      identity.field(*second);
    } else if (words[0] == "built" || words[0] == "script") {
      identity.field(*second).field(*third);
      artifact.built.push_back({.name = *second, .sha256 = *third, .script = words[0] == "script"});
    } else if (words[0] == "missing") {
      NotBuilt entry{.program = *second};
      for (const std::string_view line : base::split(*third, '\n')) entry.lines.emplace_back(line);
      artifact.not_built.push_back(std::move(entry));
    } else {
      return broken(lines[i]);
    }
  }
  artifact.identity = identity.hex();
  return artifact;
}

}  // namespace kernel
