// SPDX-License-Identifier: Apache-2.0
#include "lab/guest_starter.h"

#include <fmt/format.h>

#include "guest/qemu/qemu_guest.h"
#include "lab/boot_folder.h"
#include "lab/copies.h"
#include "lab/job_plan.h"

namespace lab {

std::string guest_kind(const std::vector<model::TestSpec>& tests) {
  std::string kind;
  for (const std::string& argument : boot_arguments(tests)) kind += argument + " ";
  for (const model::ScratchFs filesystem : filesystems(tests))
    kind += std::string(to_string(filesystem)) + " ";
  return kind;
}

bool GuestStarter::copies(const model::TestSpec& test) const {
  if (parts_.copying == nullptr || !parts_.guest_per_test) return false;
  const auto kind = parts_.copying->tests_of_kind.find(guest_kind({test}));
  return kind != parts_.copying->tests_of_kind.end() && kind->second > 1;
}

std::vector<model::TestSpec> GuestStarter::tests_of(const model::Plan& plan) const {
  if (!parts_.guest_per_test) return parts_.tests;
  std::vector<model::TestSpec> tests;
  for (const model::PlannedTest& planned : plan.tests) tests.push_back(parts_.tests.at(static_cast<std::size_t>(planned.index)));
  return tests;
}

async::task<base::Result<guest::QemuSpec>> GuestStarter::spec_for(std::vector<model::TestSpec> tests,
                                                                  base::fs::path folder) const {
  guest::QemuSpec spec = parts_.spec;
  for (std::string& argument : boot_arguments(tests)) spec.command_line.push_back(std::move(argument));
  auto drives = co_await parts_.drives(tests, folder);
  if (!drives) co_return std::unexpected(drives.error());
  spec.drives = std::move(*drives);
  co_return spec;
}

async::task<GuestStarter::Started> GuestStarter::boot(const model::Plan& plan, const base::fs::path& boot) {
  ++starts.cold;
  if (!parts_.image) co_return Started(base::fail("the image: " + parts_.image.error().reason));
  auto spec = co_await spec_for(tests_of(plan), boot);
  if (!spec) co_return Started(std::unexpected(spec.error()));
  spec->initrd = boot / "initrd";
  const std::string text = plan.text();
  if (auto written = image::assemble(*parts_.image, text, spec->initrd); !written)
    co_return Started(std::unexpected(written.error()));
  auto started = guest::start_qemu(co_await async::asio::this_coro::executor, *spec, boot, parts_.note);
  if (started)
    if (auto kept = keep_rebuildable(boot, *parts_.image, text); !kept) co_return Started(std::unexpected(kept.error()));
  co_return started;
}

async::task<Frozen> GuestStarter::freeze(std::vector<model::TestSpec> tests) {
  const base::fs::path folder = parts_.folder / fmt::format("template-{}", ++templates_);
  std::error_code error;
  base::fs::create_directories(folder, error);
  if (error) co_return Frozen(base::fail("cannot create " + folder.string() + ": " + error.message()));
  auto spec = co_await spec_for(std::move(tests), folder);
  if (!spec) co_return Frozen(std::unexpected(spec.error()));
  spec->name += "-template";
  spec->initrd = parts_.image->path;  // no plan in it: the agent waits for one
  Frozen frozen = co_await freeze_guest(*spec, folder, parts_.note + ", frozen once it waits for its plan");
  for (const guest::Drive& drive : spec->drives) base::fs::remove(drive.file, error);
  co_return frozen;
}

async::task<GuestStarter::Started> GuestStarter::copy(const model::Plan& plan, const base::fs::path& boot) {
  const std::vector<model::TestSpec> tests = tests_of(plan);
  auto spec = co_await spec_for(tests, boot);
  if (!spec) co_return Started(std::unexpected(spec.error()));
  std::string key = guest::snapshot_key(*spec, parts_.qemu_version, parts_.kernel_identity, parts_.image->identity);
  SnapshotShelf::Make make = [&] { return freeze(tests); };
  const Frozen frozen = co_await parts_.copying->shelf.get(key, std::move(make));
  if (!frozen) co_return Started(std::unexpected(frozen.error()));
  spec->initrd = boot / "initrd";  // for qemu.sh, which boots
  auto guest = co_await start_copy(*spec, *frozen, boot, parts_.note + ", a copy of a frozen guest", parts_.seed);
  if (!guest) {
    parts_.copying->shelf.blame(key, guest.error());
    co_return guest;
  }
  if (auto kept = keep_rebuildable(boot, *parts_.image, plan.text()); !kept) co_return Started(std::unexpected(kept.error()));
  co_return guest;
}

async::task<GuestStarter::Started> GuestStarter::start(const model::Plan& plan, const base::fs::path& boot) {
  const std::vector<model::TestSpec> tests = tests_of(plan);
  if (tests.size() == 1 && parts_.image && copies(tests.front())) {
    auto guest = co_await copy(plan, boot);
    if (guest) {
      ++starts.restored;
      co_return guest;
    }
    ++starts.fallbacks;
    parts_.tell(fmt::format("no copy of a frozen guest, booting one instead: {}", guest.error().text()));
  }
  co_return co_await this->boot(plan, boot);
}

}  // namespace lab
