// SPDX-License-Identifier: Apache-2.0
// Inside this room: one run while it lasts. lab.cpp begins and ends it, machine_share.cpp gets one machine's
// artefacts and deals its tests out, one_guest.cpp runs one job, guest_parts.cpp gets what a guest starts from.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "guest/qemu/command_line.h"
#include "guest/qemu/install.h"
#include "lab/earlier.h"
#include "lab/exact_check.h"
#include "lab/guest_starter.h"
#include "lab/lab.h"
#include "lab/sink.h"
#include "lab/slots.h"
#include "lab/workshop.h"

namespace lab {

// What all guests of one machine have in common.
struct MachineParts {
  const BuiltKernel& kernel;
  const BuiltSelftests& selftests;
  const BuiltTools& tools;
  const Built<image::BaseImage>& image;
  const guest::QemuInstall& qemu;
};

class RunInProgress {
 public:
  RunInProgress(LabContext& context, const RunRequest& request);

  async::task<RunEnd> run();

 private:
  // lab.cpp
  // Begins a run in the store, or takes over the earlier one. False: it is done, or the user is told why not.
  bool begin();
  // All that is wrong with the host's QEMUs is told before anything is built.
  async::task<bool> find_qemus();
  runner::RerunRules rules_for(const scenario::JobRequest& job) const;
  Earlier::Owed owed(const scenario::JobRequest& job, const std::string& test) const;
  bool nothing_left(const scenario::JobRequest& job) const;
  model::JobRecord record_of(const scenario::JobRequest& job, int number) const;
  std::chrono::milliseconds expected(const std::string& test, const model::Machine& machine) const;
  void tell_user(base::Diagnostic diagnostic);
  void give(const model::JobRecord& record, const std::string& test, model::Outcome outcome, std::string reason,
            std::string evidence = {});

  // machine_share.cpp
  // One machine of one scenario: builds, then as many guests as its tests are worth.
  async::task<void> machine_share(scenario::JobRequest job, std::int64_t priority);
  void all_get(const scenario::JobRequest& job, const BuildProblem& problem, const std::string& what);
  // The tests that are left to run, in `prepared.runnable`; those that cannot run get their results.
  PreparedTests tests_left(scenario::JobRequest& job, const BuiltKernel& kernel, const BuiltSelftests& selftests);
  async::task<void> guests(const scenario::JobRequest& job, const std::vector<model::TestSpec>& tests,
                           const MachineParts& parts, std::int64_t priority);

  // one_guest.cpp
  async::task<void> one_guest(const scenario::JobRequest& job, std::vector<model::TestSpec> tests,
                              model::JobRecord record, const MachineParts& parts, Copying* copying,
                              std::set<std::string> to_check, std::int64_t priority);
  // exact_share.cpp: the instruction clock's claims, of one job.
  // Whether its vCPUs take turns; told where they do not.
  async::task<void> prove_turns(guest::QemuSpec spec, model::JobRecord record, const MachineParts& parts,
                                model::GuestStarts& starts);
  // Runs it again where that is its turn.
  async::task<void> check_exact(const scenario::JobRequest& job, runner::JobInput input, const BootsSink& first,
                                model::GuestStarts& starts);
  bool is_first(const model::JobRecord& record);
  bool hunted_down(const std::vector<model::CaseResult>& results, const scenario::JobRequest& job) const;
  runner::JobInput input_for(const scenario::JobRequest& job, const std::vector<model::TestSpec>& tests) const;

  // guest_parts.cpp
  async::task<const Built<image::BaseImage>*> base_image(const scenario::JobRequest& job,
                                                         const std::vector<model::TestSpec>& tests,
                                                         const BuiltKernel& kernel, const BuiltSelftests& selftests,
                                                         const BuiltTools& tools, const std::optional<image::Tree>& benchmarks, std::int64_t priority);
  // Copies for one boot, in its folder.
  async::task<base::Result<std::vector<guest::Drive>>> drives(const std::vector<model::TestSpec>& tests,
                                                              const base::fs::path& folder, std::int64_t priority);
  async::task<void> choose_accelerator(guest::QemuSpec& spec, model::JobRecord& record,
                                       const Built<image::BaseImage>& base, const base::fs::path& folder);

  LabContext& context_;
  const RunRequest& request_;
  Workshop workshop_;
  int guests_;
  Slots slots_;
  Tally tally_;
  RunEnd end_;
  std::map<std::string, int> guests_of_machine_;
  std::map<std::string, std::string> first_jobs_;    // by machine, see is_first()
  std::map<std::string, guest::QemuInstall> qemus_;  // by program
  std::set<std::string> accelerators_told_;
  Earlier earlier_;
  bool found_ = false;   // of a hunt: a test has failed
  bool worked_ = false;  // something was added to the run
};

}  // namespace lab
