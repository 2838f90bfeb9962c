// SPDX-License-Identifier: Apache-2.0
#include "guest/qemu/accelerator.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/utsname.h>

#include "base/hash.h"
#include "base/text.h"
#include "guest/qemu/qemu_guest.h"

namespace guest {

namespace asio = async::asio;
using namespace std::chrono_literals;

namespace {

AcceleratorVerdict no_kvm(std::string_view why) {
  return {Accelerator::tcg, fmt::format("KVM cannot run this guest ({}); emulating", why)};
}

// What is known without booting; empty means: try.
std::string known_obstacle(const QemuSpec& spec) {
  utsname host{};
  ::uname(&host);
  const std::string_view arch(host.machine);
  const bool same = (spec.machine->arch == model::Arch::x86_64 && arch == "x86_64") ||
                    (spec.machine->arch == model::Arch::arm64 && arch == "aarch64");
  if (!same) return fmt::format("the host is {}", arch);
  base::UniqueFd device(::open("/dev/kvm", O_RDWR | O_CLOEXEC));
  if (!device) return base::errno_error("open /dev/kvm", errno).message;
  return {};
}

bool has_spoken(const Guest& guest) {
  pollfd port{.fd = guest.port(), .events = POLLIN, .revents = 0};
  return ::poll(&port, 1, 0) == 1 && (port.revents & POLLIN) != 0 && (port.revents & POLLHUP) == 0;
}

async::task<AcceleratorVerdict> try_kvm(QemuSpec spec, base::fs::path folder, std::chrono::milliseconds limit) {
  const auto executor = co_await asio::this_coro::executor;
  spec.accelerator = Accelerator::kvm;
  auto started = start_qemu(executor, spec, folder, "a probe of KVM");
  if (!started) co_return no_kvm(started.error().message);
  Guest& guest = **started;
  const auto deadline = std::chrono::steady_clock::now() + limit;
  asio::steady_timer timer(executor);
  while (std::chrono::steady_clock::now() < deadline) {
    if (has_spoken(guest)) {
      co_await guest.end(2s);
      co_return AcceleratorVerdict{Accelerator::kvm, "KVM has booted a guest"};
    }
    if (const auto end = guest.ended()) co_return no_kvm(end->text);
    // A vCPU that KVM cannot emulate stops the machine but not QEMU.
    std::string command = "info status";
    const auto status = co_await guest.monitor(std::move(command));
    if (status && status->contains("internal-error")) co_return no_kvm("an internal error of KVM");
    timer.expires_after(50ms);
    co_await timer.async_wait(asio::use_awaitable);
  }
  co_return no_kvm(fmt::format("no word from a guest in {} s", limit.count() / 1000));
}

}  // namespace

async::task<AcceleratorVerdict> choose_accelerator(QemuSpec spec, std::string qemu_version, base::fs::path cache,
                                                   std::chrono::milliseconds limit) {
  if (const std::string obstacle = known_obstacle(spec); !obstacle.empty()) co_return no_kvm(obstacle);
  base::Sha256 key;
  key.field(base::read_file("/proc/sys/kernel/random/boot_id").value_or("")).field(spec.machine->id).field(qemu_version);
  const base::fs::path kept = cache / ("kvm-" + key.hex().substr(0, 16));
  if (const auto text = base::read_file(kept, 4096); text && text->find('\n') != std::string::npos) {
    const auto lines = base::split_lines(*text);
    if (lines.size() == 2)
      co_return AcceleratorVerdict{lines[0] == "kvm" ? Accelerator::kvm : Accelerator::tcg, std::string(lines[1])};
  }
  std::error_code error;
  base::fs::create_directories(cache, error);  // if it fails, so does the next line
  auto folder = base::TemporaryDirectory::create(cache, "kvm-probe");
  if (!folder) co_return no_kvm(folder.error().message);
  AcceleratorVerdict verdict = co_await try_kvm(std::move(spec), folder->path(), limit);
  verdict.reason = base::printable(verdict.reason);
  // Not kept: asked again next time, which costs a boot and nothing else.
  (void)base::write_file_atomic(kept, fmt::format("{}\n{}\n", verdict.accelerator == Accelerator::kvm ? "kvm" : "tcg", verdict.reason));
  co_return verdict;
}

}  // namespace guest
