// SPDX-License-Identifier: Apache-2.0
// Debian's package archive, through apt with a state of our own: an ordinary user can fetch kernels
// of any suite, and the host's package sources and lists stay as they are.
#pragma once
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "kernel/command_runner.h"

namespace kernel {

struct SourceFailure;

struct DebianPackage {
  std::string name;     // "linux-source-6.12"
  std::string version;  // "6.12.117-1"
};

class DebianArchive {
 public:
  DebianArchive(base::fs::path state, CommandRunner& runner)
      : state_(std::move(state)), runner_(&runner) {}

  // "6.12" gives the newest linux-source-6.12, "6.12.111-1" (or "6.12.111") that point release.
  std::expected<DebianPackage, SourceFailure> find_source(const std::string& asked);
  // Every kernel source that Debian has now, newest first.
  base::Result<std::vector<DebianPackage>> sources();
  // "6.12-cloud": the newest linux-image-6.12.*-cloud-amd64.
  std::expected<DebianPackage, SourceFailure> find_image(const std::string& asked);

  // Downloads linux-source-X.Y and unpacks the tree in it to `destination`.
  base::Result<void> unpack_source(const DebianPackage& package, const base::fs::path& destination);
  // Downloads a package and unpacks its files below `destination`.
  base::Result<void> unpack(const DebianPackage& package, const base::fs::path& destination);

 private:
  // Package lists are at most a day old afterwards, or fresh if `force`.
  base::Result<void> refresh(bool force);
  base::Result<void> write_settings();
  Command apt(std::string program, std::vector<std::string> arguments) const;
  // Known versions, newest first.
  base::Result<std::vector<DebianPackage>> versions(const std::string& pattern);
  std::optional<std::string> remembered(const std::string& asked) const;
  void remember(const std::string& asked, const DebianPackage& package) const;

  base::fs::path state_;
  CommandRunner* runner_;
};

// How dpkg orders versions: negative when a is older.
int compare_debian_versions(std::string_view a, std::string_view b);

}  // namespace kernel
