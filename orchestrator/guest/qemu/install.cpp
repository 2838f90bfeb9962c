// SPDX-License-Identifier: Apache-2.0
#include "guest/qemu/install.h"

#include "async/process.h"
#include "base/file.h"
#include "base/text.h"

namespace guest {

std::optional<QemuInstall> parse_qemu_version(std::string_view text) {
  constexpr std::string_view kPrefix = "QEMU emulator version ";
  if (!text.starts_with(kPrefix)) return std::nullopt;
  std::string_view line = text.substr(kPrefix.size());
  line = line.substr(0, line.find('\n'));
  QemuInstall install;
  install.full_version = base::printable(base::trim(line));
  install.version = std::string(line.substr(0, line.find_first_not_of("0123456789.")));
  const auto numbers = base::split(install.version, '.');
  if (numbers.size() < 2) return std::nullopt;
  for (std::size_t i = 0; i < numbers.size() && i < install.number.size(); ++i) {
    const auto number = base::parse_int(numbers[i]);
    if (!number || *number < 0 || *number > 1'000'000) return std::nullopt;
    install.number[i] = static_cast<int>(*number);
  }
  return install;
}

std::string qemu_package(const model::Machine& machine) {
  switch (machine.arch) {
    case model::Arch::x86_64: return "qemu-system-x86";
    case model::Arch::arm64: return "qemu-system-arm";
    case model::Arch::ppc64:
    case model::Arch::ppc32: return "qemu-system-ppc";
  }
  return "qemu-system";
}

namespace {
constexpr int kTries = 3;  // of a program that somebody kills: the out-of-memory killer, a user
}

async::task<base::Result<QemuInstall>> find_qemu(const model::Machine& machine) {
  const std::string program(machine.qemu);
  const std::string hint = "install the Debian package " + qemu_package(machine) +
                           ", for the instruction clock from bookworm-backports";
  auto folder = base::TemporaryDirectory::create(base::fs::temp_directory_path(), "vmlab-qemu");
  if (!folder) throw base::InfraError(folder.error());
  const base::fs::path answer = folder->path() / "version";
  const async::ProcessSpec spec{.program = program, .arguments = {"--version"}, .stdout_file = answer};
  async::ProcessExit exit;
  for (int i = 0; i < kTries; ++i) {
    auto process = async::Process::spawn(co_await async::asio::this_coro::executor, spec);
    if (!process) co_return base::fail(process.error().message, hint);
    exit = co_await process->wait();
    if (exit.exited()) break;
  }
  if (!exit.exited()) throw base::InfraError(program + " --version is " + exit.text() + " each time", "look who kills it: the kernel's log tells");
  const std::string text = base::read_file(answer, 1u << 16).value_or("");
  auto install = parse_qemu_version(text);
  if (!install || exit.native != 0)
    co_return base::fail(program + " --version gave no version (" + exit.text() + ")", hint);
  install->program = program;
  co_return std::move(*install);
}

}  // namespace guest
