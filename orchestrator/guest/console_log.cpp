// SPDX-License-Identifier: Apache-2.0
#include "guest/console_log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace guest {

std::string ConsoleLog::take() {
  if (!fd_) fd_.reset(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd_) {
    if (errno == ENOENT) return {};  // QEMU has not come so far
    throw base::InfraError(base::errno_error("open the console log " + path_.string(), errno));
  }
  struct stat info {};
  if (::fstat(fd_.get(), &info) != 0)
    throw base::InfraError(base::errno_error("look at the console log " + path_.string(), errno));
  const auto size = static_cast<std::uint64_t>(info.st_size);
  if (size <= offset_) return {};
  std::string text(std::min<std::uint64_t>(size - offset_, 256u << 10), '\0');
  ssize_t n;
  do n = ::pread(fd_.get(), text.data(), text.size(), static_cast<off_t>(offset_));
  while (n < 0 && errno == EINTR);
  if (n < 0) throw base::InfraError(base::errno_error("read the console log " + path_.string(), errno));
  text.resize(static_cast<std::size_t>(n));
  offset_ += text.size();
  return text;
}

}  // namespace guest
