// SPDX-License-Identifier: Apache-2.0
// Runs the program as a user would, for tests.
#pragma once
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/text.h"

namespace cli {

struct ProgramEnd {
  int code = -1;
  std::string output;  // standard output
  std::string errors;  // standard error
};

// `program`: empty means this build's own.
inline ProgramEnd run_program(const std::vector<std::string>& arguments, const std::string& program = {},
                              const std::string& results = {}) {
  auto folder = base::TemporaryDirectory::create(base::fs::temp_directory_path(), "vmlab-test-").value();
  const std::string state = results.empty() ? (folder.path() / "state").string() : results;
  std::string line = "VMLAB_ROOT=" + base::shell_quote(VMLAB_SOURCE_DIR) + " XDG_STATE_HOME=" + base::shell_quote(state) +
                     " " + base::shell_quote(program.empty() ? VMLAB_PROGRAM_PATH : program);
  for (const std::string& argument : arguments) line += " " + base::shell_quote(argument);
  const base::fs::path out = folder.path() / "out", err = folder.path() / "err";
  line += " >" + out.string() + " 2>" + err.string() + " </dev/null";
  const int status = std::system(line.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, base::read_file(out).value_or(""),
          base::read_file(err).value_or("")};
}

// The release build under `./vmlab test`, this build otherwise: guests take long enough as it is.
inline std::string guest_program() {
  const char* program = std::getenv("VMLAB_PROGRAM");
  return program != nullptr ? program : VMLAB_PROGRAM_PATH;
}

}  // namespace cli
