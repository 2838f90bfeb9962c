// SPDX-License-Identifier: Apache-2.0
#include "guest/qemu/snapshot.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>

#include "async/process.h"
#include "base/hash.h"
#include "base/text.h"
#include "guest/console_log.h"
#include "guest/qemu/controlled_guest.h"
#include "guest/qemu/memory_pages.h"
#include "guest/qemu/wake_vcpus.h"

namespace guest {

namespace asio = async::asio;
namespace json = boost::json;
using namespace std::chrono_literals;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::size_t kMostState = 256u << 20;  // the largest seen has 3 MiB
constexpr auto kAnswerLimit = 20s;
constexpr int kFreezes = 5;  // until one finds no interrupt under way
constexpr auto kThaw = 50ms;

base::Result<std::vector<base::UniqueFd>> memory_files(const QemuSpec& spec) {
  std::vector<base::UniqueFd> files;
  for (int node = 0; node < spec.numa_nodes; ++node) {
    base::UniqueFd file(::memfd_create("vmlab-ram", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    const auto size = static_cast<off_t>(memory_of(spec) / static_cast<std::uint64_t>(spec.numa_nodes));
    if (!file || ::ftruncate(file.get(), size) != 0)
      return std::unexpected(base::errno_error("make a file for the guest's memory", errno));
    files.push_back(std::move(file));
  }
  return files;
}

std::string last_line(std::string_view text) {
  const auto lines = base::split_lines(base::trim(text));
  return lines.empty() ? std::string() : base::printable(lines.back());
}

std::vector<int> numbers(const std::vector<base::UniqueFd>& files) {
  std::vector<int> list;
  for (const base::UniqueFd& file : files) list.push_back(file.get());
  return list;
}

async::task<base::Result<json::value>> set_capability(Qmp& qmp) {
  json::object capability;
  capability["capability"] = "x-ignore-shared";
  capability["state"] = true;
  json::array list;
  list.push_back(std::move(capability));
  json::object arguments;
  arguments["capabilities"] = std::move(list);
  return qmp.execute("migrate-set-capabilities", std::move(arguments), kAnswerLimit);
}

async::task<base::Result<json::value>> order_migration(Qmp& qmp, std::string command, std::string uri) {
  json::object arguments;
  arguments["uri"] = std::move(uri);
  return qmp.execute(std::move(command), std::move(arguments), kAnswerLimit);
}

// "completed" is the end of a good one; anything but a stage on the way there is an error.
async::task<base::Result<void>> migrated(Qmp& qmp, Clock::time_point deadline) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  std::string status = "none";
  while (Clock::now() < deadline) {
    const auto answer = co_await qmp.execute("query-migrate", json::object(), kAnswerLimit);
    if (!answer) co_return std::unexpected(answer.error());
    const json::object* object = answer->if_object();
    const json::value* word = object != nullptr ? object->if_contains("status") : nullptr;
    status = word != nullptr && word->is_string() ? std::string(word->as_string()) : "none";
    if (status == "completed") co_return base::Result<void>();
    if (status == "failed" || status == "cancelled" || status == "cancelling") {
      const json::value* why = object->if_contains("error-desc");
      co_return base::fail("QEMU's device state: " + (why != nullptr && why->is_string() ? std::string(why->as_string()) : status));
    }
    timer.expires_after(1ms);
    co_await timer.async_wait(asio::use_awaitable);
  }
  co_return base::fail("QEMU's device state was not through in time (" + status + ")");
}

// Gives up what goes on at `stream` when the time is over.
template <class Stream>
void limit_to(asio::steady_timer& timer, Stream& stream) {
  timer.async_wait([&stream](boost::system::error_code error) {
    if (!error) stream.cancel();
  });
}

base::Result<std::string> read_all(int file) {
  const off_t size = ::lseek(file, 0, SEEK_END);
  if (size < 0 || static_cast<std::size_t>(size) > kMostState) return base::fail("QEMU's device state has no sensible size");
  std::string bytes(static_cast<std::size_t>(size), '\0');
  if (::pread(file, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    return std::unexpected(base::errno_error("read QEMU's device state", errno));
  return bytes;
}

}  // namespace

std::string snapshot_key(const QemuSpec& spec, std::string_view qemu_version, std::string_view kernel,
                         std::string_view image) {
  base::Sha256 hash;
  hash.field("1").field(qemu_version).field(qemu_program(spec)).field(spec.machine->id).field(spec.machine->machine_type);
  hash.field(spec.machine->cpu).field(spec.machine->cpu_emulated).field(to_string(spec.accelerator)).field(kernel).field(image);
  hash.field(fmt::format("{} {} {}", memory_of(spec), vcpus_of(spec), spec.numa_nodes)).field(kernel_command_line(spec));
  for (const Drive& drive : spec.drives)
    hash.field(drive.format).field(drive.serial).field(drive.read_only ? "ro" : "rw");
  return hash.hex();
}

std::uint64_t Snapshot::memory_used() const {
  std::uint64_t bytes = devices.size() + said.size() + console.size();
  for (const base::UniqueFd& file : ram)
    if (struct stat info {}; ::fstat(file.get(), &info) == 0) bytes += static_cast<std::uint64_t>(info.st_blocks) * 512;
  return bytes;
}

struct TemplateGuest::State {
  bool pseries = false;
  std::vector<base::UniqueFd> ram;
  std::unique_ptr<ControlledGuest> guest;
  base::UniqueFd stream;  // QEMU writes the device state into it
  std::string devices;
};

TemplateGuest::TemplateGuest(std::unique_ptr<State> state) : state_(std::move(state)) {}
TemplateGuest::~TemplateGuest() = default;
TemplateGuest::TemplateGuest(TemplateGuest&&) noexcept = default;

Guest& TemplateGuest::guest() { return *state_->guest; }

base::Result<TemplateGuest> TemplateGuest::start(asio::any_io_executor executor, const QemuSpec& spec,
                                                 const base::fs::path& folder, std::string_view note) {
  auto state = std::make_unique<State>();
  state->pseries = needs_waking(*spec.machine);
  auto files = memory_files(spec);
  if (!files) return std::unexpected(files.error());
  state->ram = std::move(*files);
  state->stream.reset(::memfd_create("vmlab-devices", MFD_CLOEXEC));
  if (!state->stream) return std::unexpected(base::errno_error("make a file for the device state", errno));
  StartExtras extras;
  extras.ram = numbers(state->ram);
  extras.migration = state->stream.get();
  auto guest = start_controlled(executor, spec, folder, note, std::move(extras));
  if (!guest) return std::unexpected(guest.error());
  state->guest = std::move(*guest);
  return TemplateGuest(std::move(state));
}

async::task<base::Result<void>> TemplateGuest::freeze(milliseconds limit) {
  const auto deadline = Clock::now() + limit;
  Qmp& qmp = state_->guest->qmp();
  if (const auto set = co_await set_capability(qmp); !set) co_return std::unexpected(set.error());
  // Not stopped before: the state says "running", and QEMU stops the guest itself before it writes the devices.
  // Into a file: on its way out QEMU takes descriptors by name only.
  for (int i = 1;; ++i) {
    std::string uri = fmt::format("file:/proc/self/fd/{}", kMigrationFd);
    if (const auto begun = co_await order_migration(qmp, "migrate", std::move(uri)); !begun)
      co_return std::unexpected(begun.error());
    if (auto done = co_await migrated(qmp, deadline); !done) co_return done;
    if (!state_->pseries) break;
    // Its state does not say what was under way in the interrupt controller (wake_vcpus.h).
    const auto pic = co_await state_->guest->monitor("info pic");
    if (!pic) co_return std::unexpected(pic.error());
    const auto busy = interrupt_under_way(*pic);
    if (!busy) break;
    if (i == kFreezes) co_return base::fail("an interrupt was under way each time the guest was frozen: " + base::printable(*busy));
    if (auto thawed = co_await state_->guest->resume(); !thawed) co_return thawed;
    asio::steady_timer timer(co_await asio::this_coro::executor, kThaw);
    co_await timer.async_wait(asio::use_awaitable);
  }
  auto devices = read_all(state_->stream.get());
  if (!devices) co_return std::unexpected(devices.error());
  state_->devices = std::move(*devices);
  co_return base::Result<void>();
}

base::Result<std::shared_ptr<Snapshot>> TemplateGuest::take() {
  auto snapshot = std::make_shared<Snapshot>();
  ConsoleLog console(state_->guest->console_log());
  for (std::string text; !(text = console.take()).empty();) snapshot->console += text;
  state_->guest.reset();  // its mapping is the only one that can write
  for (const base::UniqueFd& file : state_->ram)
    if (::fcntl(file.get(), F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
      return std::unexpected(base::errno_error("seal the guest's memory", errno));
  snapshot->ram = std::move(state_->ram);
  snapshot->devices = std::move(state_->devices);
  return snapshot;
}

async::task<base::Result<std::unique_ptr<Guest>>> restore_qemu(QemuSpec spec, std::shared_ptr<const Snapshot> snapshot,
                                                               base::fs::path folder, std::string note,
                                                               milliseconds limit) {
  using Restored = base::Result<std::unique_ptr<Guest>>;
  const auto deadline = Clock::now() + limit;
  const auto executor = co_await asio::this_coro::executor;
  auto pair = async::socket_pair();
  if (!pair) co_return Restored(std::unexpected(pair.error()));
  StartExtras extras;
  extras.ram = numbers(snapshot->ram);
  extras.migration = pair->second.get();
  extras.copy = true;
  base::UniqueFd gdb;  // our end
  base::UniqueFd gdb_in_qemu;
  if (needs_waking(*spec.machine)) {
    auto ends = async::socket_pair();
    if (!ends) co_return Restored(std::unexpected(ends.error()));
    gdb = std::move(ends->first);
    gdb_in_qemu = std::move(ends->second);
    extras.gdb = gdb_in_qemu.get();
  }
  extras.said_before = snapshot->said;
  extras.console_before = snapshot->console;
  auto started = start_controlled(executor, spec, folder, note, std::move(extras));
  if (!started) co_return Restored(std::unexpected(started.error()));
  pair->second.reset();
  gdb_in_qemu.reset();
  ControlledGuest& guest = **started;

  // The reason of a QEMU that refuses stands in what it says on stderr, not in its answers.
  const auto why = [&guest](const base::Error& error) {
    std::string text = error.message;
    if (const std::string said = guest.complaints(); !said.empty()) text += " (" + last_line(said) + ")";
    return base::Error{std::move(text), error.hint};
  };
  if (const auto set = co_await set_capability(guest.qmp()); !set) co_return Restored(std::unexpected(why(set.error())));
  std::string uri = fmt::format("fd:{}", kMigrationFd);
  if (const auto begun = co_await order_migration(guest.qmp(), "migrate-incoming", std::move(uri)); !begun)
    co_return Restored(std::unexpected(why(begun.error())));
  if (gdb) {
    if (const auto awake = co_await wake_vcpus(guest, gdb.get(), vcpus_of(spec), deadline); !awake)
      co_return Restored(std::unexpected(why(awake.error())));
    gdb.reset();
  }
  // A socket, not a descriptor: writing to a QEMU that has died must not be a SIGPIPE.
  asio::local::stream_protocol::socket stream(executor, asio::local::stream_protocol(), pair->first.release());
  {
    asio::steady_timer timer(executor, deadline);
    limit_to(timer, stream);
    const auto [error, n] =
        co_await asio::async_write(stream, asio::buffer(snapshot->devices), async::as_tuple_awaitable);
    if (error) co_return Restored(std::unexpected(why({"QEMU does not take the device state: " + error.message()})));
  }
  stream.close();
  if (const auto done = co_await migrated(guest.qmp(), deadline); !done)
    co_return Restored(std::unexpected(why(done.error())));
  if (const auto pages = put_back_pages(guest.pid(), numbers(snapshot->ram)); !pages)
    co_return Restored(std::unexpected(pages.error()));
  if (const auto running = co_await guest.resume(); !running) co_return Restored(std::unexpected(why(running.error())));
  co_return Restored(std::move(*started));
}

}  // namespace guest
