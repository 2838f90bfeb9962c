// SPDX-License-Identifier: Apache-2.0
#include "kernel/cache_manifest.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>
#include <cerrno>

#include "base/hash.h"

namespace kernel {
namespace {

namespace json = boost::json;
namespace fs = base::fs;

std::int64_t modified_ns(const struct stat& info) {
  return info.st_mtim.tv_sec * 1'000'000'000LL + info.st_mtim.tv_nsec;
}

std::vector<std::string> files_below(const fs::path& folder) {
  std::vector<std::string> files;
  std::error_code ignored;
  for (fs::recursive_directory_iterator it(folder, ignored), end; it != end;
       it.increment(ignored)) {
    if (!it->is_regular_file(ignored) || it->is_symlink(ignored)) continue;
    files.push_back(fs::relative(it->path(), folder, ignored).string());
    if (files.size() > kMaxListedFiles) return {};
  }
  std::ranges::sort(files);
  return files;
}

base::Result<void> check_file(const fs::path& folder, const json::value& item, Trust trust) {
  const fs::path path = folder / json::value_to<std::string>(item.at("path"));
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return base::fail(path.string() + " is missing");
  if (info.st_size != item.at("size").to_number<std::int64_t>())
    return base::fail(path.string() + " has another size");
  if (trust == Trust::times && modified_ns(info) == item.at("modified_ns").to_number<std::int64_t>()) return {};
  auto hash = base::sha256_file(path.string());
  if (!hash) return std::unexpected(hash.error());
  if (*hash != json::value_to<std::string>(item.at("sha256")))
    return base::fail(path.string() + " has another content");
  return {};
}

}  // namespace

base::Result<void> write_manifest(const fs::path& folder, const std::string& kind,
                                  const std::string& key, json::object meta) {
  json::array files;
  for (const std::string& file : files_below(folder)) {
    struct stat info {};
    if (::stat((folder / file).c_str(), &info) != 0)
      return std::unexpected(base::errno_error("looking at " + file, errno));
    auto hash = base::sha256_file((folder / file).string());
    if (!hash) return std::unexpected(hash.error());
    files.push_back(json::object{{"path", file},
                                 {"size", info.st_size},
                                 {"modified_ns", modified_ns(info)},
                                 {"sha256", *hash}});
  }
  json::object body{{"version", 1},
                    {"kind", kind},
                    {"key", key},
                    {"files", std::move(files)},
                    {"meta", std::move(meta)}};
  const std::string text = json::serialize(body);
  json::object whole{{"digest", base::sha256_hex(text)}, {"body", text}};
  return base::write_file_atomic(folder / kManifestName, json::serialize(whole) + "\n");
}

base::Result<json::object> check_manifest(const fs::path& folder, Trust trust) try {
  auto text = base::read_file(folder / kManifestName, 64 << 20);
  if (!text) return std::unexpected(text.error());
  const json::value whole = json::parse(*text);
  const std::string body_text = json::value_to<std::string>(whole.at("body"));
  if (base::sha256_hex(body_text) != json::value_to<std::string>(whole.at("digest")))
    return base::fail((folder / kManifestName).string() + " is damaged");
  const json::value body = json::parse(body_text);
  if (trust == Trust::whatever) return body.at("meta").as_object();
  for (const json::value& item : body.at("files").as_array())
    if (auto checked = check_file(folder, item, trust); !checked) return std::unexpected(checked.error());
  return body.at("meta").as_object();
} catch (const std::exception& error) {
  return base::fail(fmt::format("{}/{}: {}", folder.string(), kManifestName, error.what()));
}

base::Result<void> flush_to_disk(const fs::path& folder) {
  // One syncfs for the lot: thousands of fsync calls on a source tree would take minutes.
  base::UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return std::unexpected(base::errno_error("opening " + folder.string(), errno));
  if (::syncfs(fd.get()) != 0)
    return std::unexpected(base::errno_error("flushing " + folder.string(), errno));
  return {};
}

}  // namespace kernel
