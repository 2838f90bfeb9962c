// SPDX-License-Identifier: Apache-2.0
#include "guest/console_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace guest {

std::string ConsoleLog::take() {
  if (!fd_) fd_.reset(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd_) {
    if (errno == ENOENT) return {};  // QEMU has not come so far
    throw base::InfraError(base::errno_error("open the console log " + path_.string(), errno));
  }
  std::string text(256u << 10, '\0');
  ssize_t n;
  do n = ::pread(fd_.get(), text.data(), text.size(), static_cast<off_t>(offset_));
  while (n < 0 && errno == EINTR);
  if (n < 0) throw base::InfraError(base::errno_error("read the console log " + path_.string(), errno));
  text.resize(static_cast<std::size_t>(n));
  offset_ += text.size();
  return text;
}

}  // namespace guest
