// SPDX-License-Identifier: Apache-2.0
#include "model/source.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "base/text.h"

namespace model {
namespace {

using Kind = SourceRef::Kind;

constexpr std::string_view kForms =
    "a source is debian:VERSION, dir:PATH, git:PATH#REV, prebuilt:PATH or prebuilt:debian:VERSION";

// "6.12", "6.12.111-1", "6.12.117-1~deb12u1": what Debian allows in a version, beginning with a digit.
bool is_debian_version(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return !text.empty() && is_digit(text.front()) && std::ranges::all_of(text, [&](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || std::string_view(".-~+").contains(c);
  });
}

// What follows a '+' inside a Debian version: "7.3.4-1~bpo13+1", "6.12.90+deb12.1-1", "1.2-1+b1". A patch that is
// called so can be given as ./1 or with --patch.
bool continues_version(std::string_view text) {
  for (const std::string_view prefix : {"deb", "b"})
    if (text.starts_with(prefix)) {
      text.remove_prefix(prefix.size());
      break;
    }
  return !text.empty() && text.find_first_not_of("0123456789.-~") == std::string_view::npos;
}

// "~/linux" as a shell would have it: shells leave a '~' behind a colon alone.
std::string path_of(std::string_view text) {
  const char* home = text.starts_with("~/") ? std::getenv("HOME") : nullptr;
  return home != nullptr ? home + std::string(text.substr(1)) : std::string(text);
}

base::Result<SourceRef> debian(Kind kind, std::string_view text, std::string_view version, std::string_view example) {
  if (!is_debian_version(version))
    return base::fail(fmt::format("`{}` names no kernel version", base::printable(text)),
                      fmt::format("write a version as in {}", example));
  return SourceRef{.kind = kind, .location = std::string(version), .revision = {}};
}

}  // namespace

std::string SourceRef::text() const {
  switch (kind) {
    case Kind::debian: return "debian:" + location;
    case Kind::dir: return "dir:" + location;
    case Kind::git: return "git:" + location + "#" + revision;
    case Kind::prebuilt: return "prebuilt:" + location;
    case Kind::prebuilt_debian: return "prebuilt:debian:" + location;
  }
  return {};
}

base::Result<SourceRef> parse_source(std::string_view text) {
  const auto starts = [&](std::string_view prefix) { return text.starts_with(prefix); };
  const auto rest = [&](std::string_view prefix) { return text.substr(prefix.size()); };
  if (text.find('\0') != std::string_view::npos)
    return base::fail("a source cannot contain a zero byte", std::string(kForms));
  if (starts("debian:")) return debian(Kind::debian, text, rest("debian:"), "debian:6.12 or debian:6.12.111-1");
  if (starts("prebuilt:debian:"))
    return debian(Kind::prebuilt_debian, text, rest("prebuilt:debian:"), "prebuilt:debian:6.12-cloud");
  if (starts("prebuilt:") && text.size() > 9)
    return SourceRef{.kind = Kind::prebuilt, .location = path_of(rest("prebuilt:")), .revision = {}};
  if (starts("dir:") && text.size() > 4)
    return SourceRef{.kind = Kind::dir, .location = path_of(rest("dir:")), .revision = {}};
  if (starts("git:")) {
    const std::string_view where = rest("git:");
    const std::size_t hash = where.rfind('#');
    if (hash == std::string_view::npos || hash == 0 || hash + 1 == where.size())
      return base::fail(fmt::format("`{}` lacks its path or revision", base::printable(text)),
                        "write git:PATH#REV, for example git:linux#v6.12");
    return SourceRef{.kind = Kind::git, .location = path_of(where.substr(0, hash)),
                     .revision = std::string(where.substr(hash + 1))};
  }
  if (is_debian_version(text))
    return base::fail(fmt::format("`{}` is not a kernel source", base::printable(text)),
                      fmt::format("did you mean `debian:{}`? {}", text, kForms));
  const std::vector<std::string> kinds{"debian", "dir", "git", "prebuilt"};
  const std::size_t colon = text.find(':');
  if (const auto near = base::nearest(text.substr(0, colon), kinds); near && colon != std::string_view::npos)
    return base::fail(fmt::format("`{}` is not a kernel source", base::printable(text)),
                      fmt::format("did you mean `{}{}`? {}", *near, base::printable(text.substr(colon)), kForms));
  if (text.contains('/') && colon == std::string_view::npos)
    return base::fail(fmt::format("`{}` is not a kernel source", base::printable(text)),
                      fmt::format("did you mean `dir:{}`? {}", base::printable(text), kForms));
  return base::fail(fmt::format("`{}` is not a kernel source", base::printable(text)), std::string(kForms));
}

base::Result<std::pair<SourceRef, std::vector<std::string>>> parse_patched_source(std::string_view text) {
  const std::vector<std::string_view> pieces = base::split(text, '+');
  const bool debian = text.starts_with("debian:") || text.starts_with("prebuilt:debian:");
  std::vector<std::string> parts{std::string(pieces.front())};
  for (std::size_t i = 1; i < pieces.size(); ++i) {
    if (debian && parts.size() == 1 && continues_version(pieces[i])) parts.front() += "+" + std::string(pieces[i]);
    else parts.emplace_back(pieces[i]);
  }
  base::Result<SourceRef> source = parse_source(parts.front());
  if (!source) return std::unexpected(std::move(source.error()));
  std::vector<std::string> patches;
  for (std::size_t i = 1; i < parts.size(); ++i) {
    if (parts[i].empty())
      return base::fail(fmt::format("`{}` has a `+` without a patch file behind it", base::printable(text)),
                        "write SRC+FILE, for example debian:6.12+fix.patch");
    patches.push_back(path_of(parts[i]));
  }
  return std::pair{std::move(*source), std::move(patches)};
}

}  // namespace model
