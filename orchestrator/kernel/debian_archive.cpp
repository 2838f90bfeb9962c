// SPDX-License-Identifier: Apache-2.0
#include "kernel/debian_archive.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <ctime>

#include "base/text.h"
#include "kernel/source.h"

namespace kernel {
namespace {

namespace fs = base::fs;

constexpr std::time_t kListsLastSeconds = 24 * 3600;
constexpr std::string_view kKeyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
constexpr std::string_view kDefaultMirror = "http://deb.debian.org";

// Suites that carry kernels. One that cannot be reached only takes its packages away.
struct Suite {
  std::string_view name;
  bool security;
};
constexpr Suite kSuites[] = {
    {"bookworm", false},         {"bookworm-updates", false}, {"bookworm-backports", false},
    {"bookworm-security", true}, {"trixie", false},           {"trixie-updates", false},
    {"trixie-backports", false}, {"trixie-security", true}};

bool is_younger(const fs::path& path, std::time_t seconds) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return false;
  const std::time_t age = std::time(nullptr) - info.st_mtim.tv_sec;
  return age >= 0 && age < seconds;
}

// The host's own mirror, so that a site's proxy or local copy is used:
// "http://deb.debian.org/debian" from one-line or deb822 sources.
std::string host_mirror(bool security) {
  std::vector<fs::path> files{"/etc/apt/sources.list"};
  std::error_code ignored;
  for (const auto& item : fs::directory_iterator("/etc/apt/sources.list.d", ignored))
    files.push_back(item.path());
  std::ranges::sort(files);
  const std::string_view ending = security ? "/debian-security" : "/debian";
  for (const fs::path& file : files) {
    auto text = base::read_file(file, 1 << 20);
    if (!text) continue;
    for (std::string_view line : base::split_lines(*text)) {
      if (line.starts_with('#')) continue;
      for (std::string_view word : base::split_words(line)) {
        while (word.ends_with('/')) word.remove_suffix(1);
        if ((word.starts_with("http://") || word.starts_with("https://")) && word.ends_with(ending))
          return std::string(word);
      }
    }
  }
  return std::string(kDefaultMirror) + std::string(ending);
}

// "6.12.117-1" to "6.12".
std::string series_of(std::string_view version) {
  const std::size_t dot = version.find('.');
  std::size_t end = dot == version.npos ? version.size() : dot + 1;
  while (end < version.size() && std::isdigit(static_cast<unsigned char>(version[end]))) ++end;
  return std::string(version.substr(0, end));
}

}  // namespace

Command DebianArchive::apt(std::string program, std::vector<std::string> arguments) const {
  return {.program = std::move(program),
          .arguments = std::move(arguments),
          .environment = {{"APT_CONFIG", (state_ / "apt.conf").string()}, {"LC_ALL", "C"}},
          .capture = true};
}

base::Result<void> DebianArchive::write_settings() {
  std::error_code error;
  for (const char* folder : {"etc/apt.conf.d", "etc/preferences.d", "etc/trusted.gpg.d",
                             "state/lists/partial", "cache/archives/partial"})
    fs::create_directories(state_ / folder, error);
  if (error) return base::fail(fmt::format("creating {}: {}", state_.string(), error.message()));
  if (!fs::exists(kKeyring))
    return base::fail(fmt::format("Debian's archive keys ({}) are not here", kKeyring),
                      "install the package debian-archive-keyring");
  std::string sources, settings;
  for (const Suite& suite : kSuites)
    sources += fmt::format("deb [signed-by={} arch=amd64] {} {} main\n", kKeyring,
                           host_mirror(suite.security), suite.name);
  const std::string root = state_.string();
  settings = fmt::format(
      "Dir::Etc \"{0}/etc\";\nDir::Etc::sourcelist "
      "\"{0}/etc/sources.list\";\nDir::Etc::sourceparts \"/dev/null\";\n"
      "Dir::Etc::parts \"{0}/etc/apt.conf.d\";\nDir::Etc::main "
      "\"/dev/null\";\nDir::Etc::preferences \"/dev/null\";\n"
      "Dir::Etc::preferencesparts \"/dev/null\";\nDir::State \"{0}/state\";\nDir::State::status "
      "\"{0}/state/status\";\n"
      "Dir::Cache \"{0}/cache\";\nAcquire::Languages \"none\";\nAPT::Architecture \"amd64\";\n"
      "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled \"false\";\nAcquire::http::Timeout "
      "\"30\";\n"
      "Acquire::Retries \"2\";\nAPT::Sandbox::User \"\";\nDPkg::Post-Invoke \"\";\n",
      root);
  // The host's proxy, if it has one.
  auto host = runner_->run(
      {.program = "apt-config", .arguments = {"dump"}, .unset = {"APT_CONFIG"}, .capture = true});
  if (host && host->ok())
    for (std::string_view line : base::split_lines(host->output))
      if (line.starts_with("Acquire::http::Proxy ") || line.starts_with("Acquire::https::Proxy ") ||
          line.starts_with("Acquire::http::Proxy-Auto-Detect ") ||
          line.starts_with("Acquire::http::Proxy::"))
        settings += std::string(line) + "\n";
  if (auto w = base::write_file_atomic(state_ / "etc/sources.list", sources); !w) return w;
  if (auto w = base::write_file_atomic(state_ / "state/status", ""); !w) return w;
  return base::write_file_atomic(state_ / "apt.conf", settings);
}

base::Result<void> DebianArchive::refresh(bool force) {
  std::error_code ignored;
  fs::create_directories(state_, ignored);
  auto lock = base::FileLock::acquire(state_ / "lock");
  if (!lock) return std::unexpected(lock.error());
  const fs::path stamp = state_ / "updated";
  if (is_younger(stamp, force ? 60 : kListsLastSeconds)) return {};
  if (auto written = write_settings(); !written) return written;
  auto updated = runner_->run(apt("apt-get", {"update", "-q"}));
  if (!updated) return std::unexpected(updated.error());
  // A suite that is gone or expired makes apt fail although the others were read: what counts is
  // whether there are lists.
  const auto listed = versions("^linux-source-");
  if (!updated->ok() && (!listed || listed->empty()))
    return base::fail("apt-get update failed: " + base::printable(base::trim(updated->tail), true),
                      "is there a network, and does the host's own `apt-get update` work?");
  for (const auto& item : fs::directory_iterator(state_ / "resolved", ignored))
    fs::remove(item.path(), ignored);
  return base::write_file_atomic(stamp, "");
}

// "linux-source-6.12 | 6.12.117-1 | http://... Packages" lines of apt-cache madison.
base::Result<std::vector<DebianPackage>> DebianArchive::versions(const std::string& pattern) {
  auto names = run_or_fail(*runner_, apt("apt-cache", {"search", "--names-only", pattern}));
  if (!names) return std::unexpected(names.error());
  std::vector<std::string> arguments{"madison"};
  for (std::string_view line : base::split_lines(*names))
    if (const auto words = base::split_words(line); !words.empty())
      arguments.emplace_back(words[0]);
  std::vector<DebianPackage> found;
  if (arguments.size() == 1) return found;
  auto listed = run_or_fail(*runner_, apt("apt-cache", std::move(arguments)));
  if (!listed) return std::unexpected(listed.error());
  for (std::string_view line : base::split_lines(*listed)) {
    const auto fields = base::split(line, '|');
    if (fields.size() >= 3)
      found.push_back({std::string(base::trim(fields[0])), std::string(base::trim(fields[1]))});
  }
  std::ranges::sort(found, [](const DebianPackage& a, const DebianPackage& b) {
    return compare_debian_versions(a.version, b.version) > 0;
  });
  return found;
}

// What a name meant when the lists were last read: asking apt costs a second, this a file.
std::optional<std::string> DebianArchive::remembered(const std::string& asked) const {
  if (!is_younger(state_ / "updated", kListsLastSeconds)) return std::nullopt;
  auto text = base::read_file(state_ / "resolved" / base::percent_encode(asked), 4096);
  if (!text) return std::nullopt;
  return std::move(*text);
}

void DebianArchive::remember(const std::string& asked, const DebianPackage& package) const {
  std::error_code ignored;
  fs::create_directories(state_ / "resolved", ignored);
  // Only a short cut: without it the next call asks apt again.
  std::ignore = base::write_file_atomic(state_ / "resolved" / base::percent_encode(asked),
                                        package.name + " " + package.version);
}

base::Result<std::vector<DebianPackage>> DebianArchive::sources() {
  if (auto refreshed = refresh(false); !refreshed) return std::unexpected(refreshed.error());
  return versions("^linux-source-[0-9.]+$");
}

std::expected<DebianPackage, SourceFailure> DebianArchive::find_source(const std::string& asked) {
  const std::string memory_key = "source:" + asked;
  if (const auto text = remembered(memory_key))
    if (const auto words = base::split_words(*text); words.size() == 2)
      return DebianPackage{std::string(words[0]), std::string(words[1])};
  const std::string series = series_of(asked), name = "linux-source-" + series;
  std::vector<DebianPackage> known;
  for (const bool force : {false, true}) {
    if (auto refreshed = refresh(force); !refreshed)
      return std::unexpected(SourceFailure{{}, refreshed.error()});
    auto listed = versions("^linux-source-[0-9.]+$");
    if (!listed) return std::unexpected(SourceFailure{{}, listed.error()});
    known = std::move(*listed);
    for (const DebianPackage& package : known) {
      if (package.name != name) continue;
      if (asked != series && package.version != asked && !package.version.starts_with(asked + "-"))
        continue;
      remember(memory_key, package);
      return package;
    }
  }
  std::vector<std::string> offered;
  for (const DebianPackage& package : known) {
    std::string text = package.name == name ? package.version : package.name.substr(13);
    if ((asked == series) != (package.name == name) &&
        std::ranges::find(offered, text) == offered.end())
      offered.push_back(std::move(text));
  }
  return std::unexpected(
      SourceFailure::mistake(fmt::format("Debian has no kernel source {}", asked),
                             "there is debian:" + base::join(offered, ", debian:")));
}

std::expected<DebianPackage, SourceFailure> DebianArchive::find_image(const std::string& asked) {
  const std::string memory_key = "image:" + asked;
  if (const auto text = remembered(memory_key))
    if (const auto words = base::split_words(*text); words.size() == 2)
      return DebianPackage{std::string(words[0]), std::string(words[1])};
  const std::string series = series_of(asked);
  const std::size_t dash = asked.rfind('-');
  const std::string flavour = dash == asked.npos ? "cloud" : asked.substr(dash + 1);
  std::string escaped = series;
  if (const std::size_t dot = escaped.find('.'); dot != escaped.npos)
    escaped.replace(dot, 1, "[.]");
  const std::string pattern = fmt::format("^linux-image-{}[.].*-{}-amd64$", escaped, flavour);
  for (const bool force : {false, true}) {
    if (auto refreshed = refresh(force); !refreshed)
      return std::unexpected(SourceFailure{{}, refreshed.error()});
    auto listed = versions(pattern);
    if (!listed) return std::unexpected(SourceFailure{{}, listed.error()});
    if (listed->empty()) continue;
    remember(memory_key, listed->front());
    return listed->front();
  }
  return std::unexpected(
      SourceFailure::mistake(fmt::format("Debian has no kernel image {}", asked),
                             "try prebuilt:debian:6.12-cloud or prebuilt:debian:6.1-cloud"));
}

base::Result<void> DebianArchive::unpack(const DebianPackage& package,
                                         const fs::path& destination) {
  auto scratch = base::TemporaryDirectory::create(state_ / "cache", "download");
  if (!scratch) return std::unexpected(scratch.error());
  Command download = apt("apt-get", {"download", "-q", package.name + "=" + package.version});
  download.directory = scratch->path();
  if (auto done = run_or_fail(*runner_, download); !done)
    return std::unexpected(std::move(done.error()).while_doing("downloading " + package.name));
  for (const auto& item : fs::directory_iterator(scratch->path())) {
    if (item.path().extension() != ".deb") continue;
    auto unpacked = run_or_fail(
        *runner_,
        {.program = "dpkg-deb", .arguments = {"-x", item.path().string(), destination.string()}});
    if (!unpacked) return std::unexpected(unpacked.error());
    return {};
  }
  return base::fail("apt-get download left no package file for " + package.name);
}

base::Result<void> DebianArchive::unpack_source(const DebianPackage& package,
                                                const fs::path& destination) {
  const fs::path package_files = destination.string() + ".package";
  auto done = [&]() -> base::Result<void> {
    if (auto unpacked = unpack(package, package_files); !unpacked) return unpacked;
    std::error_code error;
    fs::create_directories(destination, error);
    for (const auto& item : fs::directory_iterator(package_files / "usr/src", error)) {
      if (!item.path().filename().string().contains(".tar.")) continue;
      auto untarred =
          run_or_fail(*runner_, {.program = "tar",
                                 .arguments = {"--no-same-owner", "--strip-components=1", "-xf",
                                               item.path().string(), "-C", destination.string()}});
      if (!untarred) return std::unexpected(untarred.error());
      return {};
    }
    return base::fail("there is no source archive in " + package.name);
  }();
  std::error_code ignored;
  fs::remove_all(package_files, ignored);
  return done;
}

}  // namespace kernel
