// SPDX-License-Identifier: Apache-2.0
#include "cli/input.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "cli/command.h"

namespace cli {

void read_input(const std::string& path, const std::function<void(std::string_view)>& take) {
  base::UniqueFd file;
  int fd = STDIN_FILENO;
  if (!path.empty() && path != "-") {
    file.reset(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) user_error(base::errno_error("open " + path, errno).message, "name a file, or - for standard input");
    struct stat info {};
    if (::fstat(file.get(), &info) == 0 && S_ISDIR(info.st_mode))
      user_error(path + " is a directory", "name a file, or - for standard input");
    fd = file.get();
  }
  std::vector<char> buffer(1 << 18);
  while (true) {
    const ssize_t n = ::read(fd, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw base::InfraError(base::errno_error("read " + (path.empty() ? "standard input" : path), errno));
    if (n == 0) return;
    take({buffer.data(), static_cast<std::size_t>(n)});
  }
}

}  // namespace cli
