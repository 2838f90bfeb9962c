// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "base/hash.h"
#include "base/text.h"
#include "kernel/guest_tools.h"

namespace kernel {
namespace {

namespace fs = base::fs;

constexpr std::array<std::string_view, 5> kPackages{"numactl", "libcap2", "liburing", "busybox",
                                                    "bash"};
constexpr std::string_view kSources =
    "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] "
    "http://deb.debian.org/debian bookworm main\n";

// An apt with its own lists and sources; the host's proxy settings still apply.
base::Result<fs::path> private_apt(const fs::path& folder) {
  std::error_code error;
  for (const char* name : {"lists/partial", "archives/partial", "parts"})
    fs::create_directories(folder / name, error);
  if (error) return base::fail("cannot create " + folder.string() + ": " + error.message());
  if (auto done = base::write_file_atomic(folder / "parts/sources.list", kSources); !done)
    return std::unexpected(done.error());
  const std::string config =
      "Dir::Etc::SourceList \"/dev/null\";\n"
      "Dir::Etc::SourceParts \"" +
      (folder / "parts").string() +
      "\";\n"
      "Dir::State::Lists \"" +
      (folder / "lists").string() +
      "\";\n"
      "Dir::Cache \"" +
      folder.string() +
      "\";\n"
      "APT::Sandbox::User \"\";\n"
      "Acquire::Retries \"3\";\n"
      "Acquire::Languages \"none\";\n";
  if (auto done = base::write_file_atomic(folder / "apt.conf", config); !done)
    return std::unexpected(done.error());
  return folder / "apt.conf";
}

// The .dsc of `package` in `folder`: "numactl_2.0.16-1.dsc".
base::Result<fs::path> description_of(const fs::path& folder, std::string_view package) {
  std::error_code error;
  for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    const std::string name = entry->path().filename();
    if (name.starts_with(std::string(package) + "_") && name.ends_with(".dsc"))
      return entry->path();
  }
  return base::fail("apt fetched no source of " + std::string(package));
}

base::Result<void> fetch(const GuestToolsHost& host, const fs::path& folder) {
  auto config = private_apt(folder / "apt");
  if (!config) return std::unexpected(config.error());
  std::vector<std::string> download{"apt-get", "source", "--download-only", "-q"};
  download.insert(download.end(), kPackages.begin(), kPackages.end());
  for (const auto& words : {std::vector<std::string>{"apt-get", "update", "-q"}, download}) {
    Command command = command_of(words, folder / "apt");
    command.environment.emplace_back("APT_CONFIG", config->string());
    auto done = run_or_fail(host.runner, command);
    if (!done)
      return base::fail(done.error().message,
                        "the first build of guest tools needs Debian's archive");
  }
  std::string versions;
  std::error_code error;
  for (const std::string_view package : kPackages) {
    auto description = description_of(folder / "apt", package);
    if (!description) return std::unexpected(description.error());
    versions += description->stem().string() + "\n";
  }
  for (fs::directory_iterator entry(folder / "apt", error);
       !error && entry != fs::directory_iterator(); entry.increment(error))
    if (entry->path().extension() == ".dsc" || entry->path().string().contains(".tar."))
      fs::rename(entry->path(), folder / entry->path().filename(), error);
  if (!error) fs::remove_all(folder / "apt", error);
  if (error) return base::fail("cannot keep the source packages: " + error.message());
  return base::write_file_atomic(folder / "versions", versions);
}

}  // namespace

base::Result<Artifact> guest_tool_sources(const GuestToolsHost& host) {
  base::Sha256 key;
  key.field("vmlab-guest-sources-1").field(kSources);
  for (const std::string_view package : kPackages) key.field(package);
  auto entry =
      find_or_make(host, "guest-sources", key.hex(), "sources of the guest's libraries and shell",
                   [&](const fs::path& folder) { return fetch(host, folder); });
  if (!entry)
    return std::unexpected(std::move(entry.error()).while_doing("fetching guest tool sources"));
  return entry;
}

base::Result<void> unpack_sources(const GuestToolsHost& host, const fs::path& sources,
                                  const std::vector<std::string>& packages,
                                  const fs::path& folder) {
  for (const std::string& package : packages) {
    auto description = description_of(sources, package);
    if (!description) return std::unexpected(description.error());
    auto done =
        run_or_fail(host.runner, command_of({"dpkg-source", "--no-check", "-x",
                                             description->string(), (folder / package).string()},
                                            folder));
    if (!done) return base::fail(done.error().message, "dpkg-source is in the package dpkg-dev");
  }
  return {};
}

}  // namespace kernel
