// SPDX-License-Identifier: Apache-2.0
// The files a boot leaves: the output of each test and what the agent collected about it. The guest chooses
// names and amounts, so both are made safe here.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/file.h"

namespace runner {

// There when it was us who ended a guest under the instruction clock, at a time of the host's: what it said is cut off
// there, anywhere.
inline constexpr std::string_view kCutFile = "ended-by-vmlab";

class Artifacts {
 public:
  // Everything goes below `folder`. A file takes at most `limit` bytes; then a line says that it was cut.
  explicit Artifacts(base::fs::path folder, std::uint64_t limit = std::uint64_t{64} << 20);
  ~Artifacts();

  // Appends to the file of this name, made of letters, digits and ".-_" (anything else becomes "_").
  // Throws base::InfraError when the host cannot write.
  void append(std::string_view name, std::string_view bytes);
  void flush();
  static std::string file_name(std::string_view name);

 private:
  struct File {
    base::UniqueFd fd;
    std::uint64_t size = 0;
    bool cut = false;
  };
  base::fs::path folder_;
  std::uint64_t limit_;
  std::map<std::string, File, std::less<>> files_;
};

}  // namespace runner
