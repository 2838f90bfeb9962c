// SPDX-License-Identifier: Apache-2.0
// How the guests of one job come to be: booted, or, where each test gets a guest of its own, as copies of one that
// was frozen when it was ready for its plan.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "guest/qemu/command_line.h"
#include "lab/artifact_source.h"
#include "lab/snapshot_shelf.h"
#include "model/plan.h"
#include "model/run.h"

namespace lab {

// The guests of one machine that are worth freezing.
struct Copying {
  SnapshotShelf& shelf;
  // Tests by what their guests must have (guest_kind()), where there are two at least: a guest for one test alone
  // is sooner booted than frozen and copied.
  std::map<std::string, int> tests_of_kind;
};

// What the guest of these tests must be started with, as a text: equal texts, equal guests.
std::string guest_kind(const std::vector<model::TestSpec>& tests);

class GuestStarter {
 public:
  using Started = base::Result<std::unique_ptr<guest::Guest>>;
  using Drives = std::function<async::task<base::Result<std::vector<guest::Drive>>>(
      const std::vector<model::TestSpec>& tests, const base::fs::path& folder)>;

  struct Parts {
    guest::QemuSpec spec;  // without image, drives and what the tests want on the kernel's command line
    std::vector<model::TestSpec> tests;  // of the job, by their index in its plan
    bool guest_per_test = false;
    const Built<image::BaseImage>& image;
    Drives drives;
    std::string note;     // for qemu.sh
    std::optional<std::uint64_t> seed;
    Copying* copying = nullptr;  // null: every guest is booted
    std::string qemu_version, kernel_identity;
    base::fs::path folder;  // of the job
    std::function<void(std::string)> tell;
  };
  explicit GuestStarter(Parts parts) : parts_(std::move(parts)) {}

  // A copy where that is worth it, otherwise, or when there is none, a booted guest.
  async::task<Started> start(const model::Plan& plan, const base::fs::path& boot);
  async::task<Started> boot(const model::Plan& plan, const base::fs::path& boot);
  // Whether start() would try to copy a guest for this test.
  bool copies(const model::TestSpec& test) const;

  model::GuestStarts starts;

 private:
  // The tests that decide what the guest of this plan must have.
  std::vector<model::TestSpec> tests_of(const model::Plan& plan) const;
  async::task<base::Result<guest::QemuSpec>> spec_for(std::vector<model::TestSpec> tests, base::fs::path folder) const;
  async::task<Frozen> freeze(std::vector<model::TestSpec> tests);
  async::task<Started> copy(const model::Plan& plan, const base::fs::path& boot);

  Parts parts_;
  int templates_ = 0;
};

}  // namespace lab
