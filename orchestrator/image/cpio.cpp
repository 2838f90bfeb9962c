// SPDX-License-Identifier: Apache-2.0
#include "image/cpio.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <memory>

#include "base/hash.h"
#include "base/text.h"

namespace image {
namespace {

// Goes into every identity: raise it when the same entries would give other bytes.
constexpr std::string_view kFormatVersion = "vmlab-cpio-1";

using Archive = std::unique_ptr<struct archive, decltype(&archive_write_free)>;
using ArchiveEntry = std::unique_ptr<struct archive_entry, decltype(&archive_entry_free)>;

mode_t file_type(EntryKind kind) {
  switch (kind) {
    case EntryKind::file:
      return S_IFREG;
    case EntryKind::directory:
      return S_IFDIR;
    case EntryKind::symlink:
      return S_IFLNK;
    case EntryKind::character_device:
      return S_IFCHR;
    case EntryKind::block_device:
      return S_IFBLK;
  }
  return S_IFREG;
}

bool same(const Entry& a, const Entry& b) {
  return a.kind == b.kind && a.mode == b.mode && a.content == b.content && a.source == b.source &&
         a.device_major == b.device_major && a.device_minor == b.device_minor;
}

// "/a/b" from "/a//b/"; refuses relative paths and "..".
base::Result<std::string> clean_path(const std::string& path) {
  if (path.empty() || path.front() != '/')
    return base::fail("image path '" + path + "' is not absolute");
  if (path.find('\0') != std::string::npos) return base::fail("image path holds a NUL byte");
  std::string clean;
  for (const std::string_view part : base::split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == "..") return base::fail("image path '" + path + "' climbs out with '..'");
    clean += '/';
    clean += part;
  }
  if (clean.empty()) return base::fail("image path '" + path + "' names the root itself");
  return clean;
}

base::Result<void> archive_error(struct archive* archive, const std::string& doing) {
  const char* text = archive_error_string(archive);
  std::string why = text != nullptr ? text : "unknown archive error";
  // libarchive's own words ("Write error") leave out what the user can do something about: a full disk.
  if (const int error = archive_errno(archive); error > 0) why += " (" + std::string(std::strerror(error)) + ")";
  return base::fail("cannot " + doing + ": " + why);
}

base::Result<void> write_content(struct archive* archive, const Entry& entry, int fd,
                                 std::size_t expected) {
  std::size_t written = 0;
  const auto put = [&](const char* bytes, std::size_t size) -> base::Result<void> {
    if (archive_write_data(archive, bytes, size) != static_cast<la_ssize_t>(size))
      return archive_error(archive, "write " + entry.path + " to the image");
    written += size;
    return {};
  };
  if (fd < 0) return put(entry.content.data(), entry.content.size());
  std::string buffer(std::size_t{1} << 18, '\0');
  while (written < expected) {
    const ssize_t n = ::read(fd, buffer.data(), std::min(buffer.size(), expected - written));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return std::unexpected(base::errno_error("read " + entry.source.string(), errno));
    if (n == 0) return base::fail(entry.source.string() + " shrank while it was being packed");
    if (auto done = put(buffer.data(), static_cast<std::size_t>(n)); !done) return done;
  }
  return {};
}

base::Result<void> write_entry(struct archive* archive, const Entry& entry, std::int64_t inode) {
  base::UniqueFd fd;
  std::size_t size = entry.kind == EntryKind::file ? entry.content.size() : 0;
  if (entry.kind == EntryKind::file && !entry.source.empty()) {
    fd.reset(::open(entry.source.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat info{};
    if (!fd || ::fstat(fd.get(), &info) != 0)
      return std::unexpected(base::errno_error("open " + entry.source.string(), errno));
    if (!S_ISREG(info.st_mode)) return base::fail(entry.source.string() + " is not a plain file");
    size = static_cast<std::size_t>(info.st_size);
  }
  ArchiveEntry header(archive_entry_new(), &archive_entry_free);
  archive_entry_set_pathname(header.get(), entry.path.c_str() + 1);
  archive_entry_set_mode(header.get(), file_type(entry.kind) | static_cast<mode_t>(entry.mode));
  archive_entry_set_uid(header.get(), 0);
  archive_entry_set_gid(header.get(), 0);
  archive_entry_set_mtime(header.get(), 0, 0);
  archive_entry_set_nlink(header.get(), 1);
  archive_entry_set_dev(header.get(), 0);
  archive_entry_set_ino64(header.get(), inode);
  archive_entry_set_size(header.get(), static_cast<la_int64_t>(size));
  if (entry.kind == EntryKind::symlink)
    archive_entry_set_symlink(header.get(), entry.content.c_str());
  if (entry.kind == EntryKind::character_device || entry.kind == EntryKind::block_device) {
    archive_entry_set_rdevmajor(header.get(), entry.device_major);
    archive_entry_set_rdevminor(header.get(), entry.device_minor);
  }
  if (archive_write_header(archive, header.get()) != ARCHIVE_OK)
    return archive_error(archive, "add " + entry.path + " to the image");
  if (entry.kind == EntryKind::file && size > 0)
    return write_content(archive, entry, fd.get(), size);
  return {};
}

template <class Open>
base::Result<void> write_archive(const std::vector<Entry>& entries, const Open& open) {
  auto sorted = normalised(entries);
  if (!sorted) return std::unexpected(sorted.error());
  Archive archive(archive_write_new(), &archive_write_free);
  archive_write_set_format_cpio_newc(archive.get());
  archive_write_add_filter_none(archive.get());
  // Whole 512-byte blocks: the next archive must begin at a multiple of four, and zeroes between
  // are skipped.
  archive_write_set_bytes_in_last_block(archive.get(), 512);
  if (open(archive.get()) != ARCHIVE_OK) return archive_error(archive.get(), "open the image");
  std::int64_t inode = 1;
  for (const Entry& entry : *sorted)
    if (auto done = write_entry(archive.get(), entry, inode++); !done) return done;
  if (archive_write_close(archive.get()) != ARCHIVE_OK)
    return archive_error(archive.get(), "finish the image");
  return {};
}

la_ssize_t append_to_string(struct archive*, void* target, const void* bytes, size_t size) {
  static_cast<std::string*>(target)->append(static_cast<const char*>(bytes), size);
  return static_cast<la_ssize_t>(size);
}

}  // namespace

base::Result<std::vector<Entry>> normalised(std::vector<Entry> entries) {
  std::map<std::string, Entry> by_path;  // sorted, so that a directory precedes what it holds
  for (Entry& entry : entries) {
    auto path = clean_path(entry.path);
    if (!path) return std::unexpected(path.error());
    entry.path = *path;
    entry.mode &= 07777;
    const auto [place, fresh] = by_path.try_emplace(*path, entry);
    if (!fresh && !same(place->second, entry))
      return base::fail("the image has two different entries for " + *path);
  }
  std::vector<std::string> paths;
  for (const auto& [path, entry] : by_path) paths.push_back(path);
  for (const std::string& path : paths) {
    for (std::size_t slash = path.rfind('/'); slash != 0; slash = path.rfind('/', slash - 1)) {
      Entry parent{.path = path.substr(0, slash), .kind = EntryKind::directory, .mode = 0755};
      const auto [place, fresh] = by_path.try_emplace(parent.path, parent);
      if (place->second.kind != EntryKind::directory)
        return base::fail("the image has " + path + " below " + parent.path +
                          ", which is not a directory");
    }
  }
  std::vector<Entry> sorted;
  sorted.reserve(by_path.size());
  for (auto& [path, entry] : by_path) sorted.push_back(std::move(entry));
  return sorted;
}

base::Result<std::string> cpio_identity(const std::vector<Entry>& entries) {
  auto sorted = normalised(entries);
  if (!sorted) return std::unexpected(sorted.error());
  base::Sha256 hash;
  hash.field(kFormatVersion);
  for (const Entry& entry : *sorted) {
    hash.field(entry.path);
    hash.field(std::to_string(file_type(entry.kind) | static_cast<mode_t>(entry.mode)));
    hash.field(std::to_string(entry.device_major) + ":" + std::to_string(entry.device_minor));
    if (entry.kind == EntryKind::symlink) hash.field(entry.content);
    if (entry.kind != EntryKind::file) continue;
    if (!entry.sha256.empty()) {
      hash.field(entry.sha256);
    } else if (entry.source.empty()) {
      hash.field(base::sha256_hex(entry.content));
    } else {
      auto digest = base::sha256_file(entry.source.string());
      if (!digest) return std::unexpected(digest.error());
      hash.field(*digest);
    }
  }
  return hash.hex();
}

base::Result<void> write_cpio(const std::vector<Entry>& entries, const base::fs::path& path) {
  auto made = base::open_temporary(path);
  if (!made) return std::unexpected(made.error());
  const auto& [temporary, fd] = *made;
  auto done = write_archive(
      entries, [&](struct archive* archive) { return archive_write_open_fd(archive, fd.get()); });
  if (done && ::fchmod(fd.get(), 0644) != 0)
    done = std::unexpected(base::errno_error("set the mode of " + temporary.string(), errno));
  if (done && ::rename(temporary.c_str(), path.c_str()) != 0)
    done = std::unexpected(base::errno_error("replace " + path.string(), errno));
  if (!done) ::unlink(temporary.c_str());
  return done;
}

base::Result<std::string> cpio_bytes(const std::vector<Entry>& entries) {
  std::string bytes;
  auto done = write_archive(entries, [&](struct archive* archive) {
    return archive_write_open2(archive, &bytes, nullptr, append_to_string, nullptr, nullptr);
  });
  if (!done) return std::unexpected(done.error());
  return bytes;
}

}  // namespace image
