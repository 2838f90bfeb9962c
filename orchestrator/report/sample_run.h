// SPDX-License-Identifier: Apache-2.0
// A run with a bit of everything, hostile guest text included, for the golden files of this room.
#pragma once
#include "compare/fixture.h"
#include "report/view.h"

namespace report {

inline model::Run sample_run() {
  using compare::fixture::planned;
  using compare::fixture::row;
  using model::Outcome;
  model::Run run = compare::fixture::finished_run({});
  run.command = "vmlab run scenarios/smoke.yaml --patch bad.patch";
  int next = 0;
  const auto add = [&](model::CaseResult r) {
    r.handle = fmt::format("h{:05}", next++);
    run.results.push_back(std::move(r));
  };
  for (const char* machine : {"x86_64", "arm64", "ppc64-hash4k", "ppc32-e500"}) {
    model::JobRecord job{.job = std::string(machine) + "-1", .machine = machine};
    job.arch = to_string(model::find_machine(machine)->arch);
    job.kernel = {
        .source = "debian:6.12", .version = "6.12.117", .key = "k1", .patches = {"bad.patch"}};
    job.selftests = "debian:6.12";
    job.qemu = "10.0.2";
    job.accel = "tcg,thread=single";
    job.host = "lab1";
    job.boot_ms = 1900;
    job.boots = 1;
    run.jobs.push_back(job);
    for (const char* test :
         {"mm/gup_longterm", "mm/cow", "mm/uffd-unit-tests", "mm/pkey_sighandler_tests"})
      run.planned.push_back(planned(machine, test));
    if (std::string(machine) != "x86_64") run.planned.back().unfit = "protection keys are x86's";
  }
  const std::string pin =
      "R/W longterm GUP-fast pin in MAP_PRIVATE file mapping ... with memfd hugetlb (2048 kB)";
  for (const char* machine : {"x86_64", "arm64"}) {
    for (int i = 0; i < 30; ++i)
      add(row(machine, "mm/gup_longterm", fmt::format("case {}", i), Outcome::pass));
    auto r = row(machine, "mm/gup_longterm", pin, Outcome::fail, "pin failed with errno 14");
    r.evidence =
        "# [RUN] R/W longterm GUP-fast pin in MAP_PRIVATE file mapping\n"
        "\x1b[2J\x1b]0;owned\x07not ok 31 \xff\xfe pin failed\n" +
        std::string(400, 'A');
    add(r);
  }
  for (int i = 0; i < 5; ++i)
    add(row("ppc64-hash4k", "mm/gup_longterm", fmt::format("case {}", i), Outcome::unfit,
            "PIN_LONGTERM_TEST_START failed"));
  for (const char* test : {"mm/gup_longterm", "mm/cow", "mm/uffd-unit-tests"})
    add(row("ppc32-e500", test, "", Outcome::boot_fail,
            "the kernel panicked before the agent spoke: VFS: Unable to mount root fs"));
  auto crash =
      row("x86_64", "mm/cow", "", Outcome::crash, "KASAN: use-after-free Read in unmap_page_range");
  crash.evidence = "BUG: KASAN: use-after-free in unmap_page_range+0x1/0x2\nRead of size 8\n";
  add(crash);
  add(row("arm64", "mm/cow", "Basic COW after fork() ... with base page", Outcome::fail,
          "data leaked"));
  add(row("arm64", "mm/cow", "Basic COW after fork() ... with base page", Outcome::pass, "", 2));
  add(row("arm64", "mm/cow", "Basic COW after fork() ... with THP", Outcome::xfail));
  for (int i = 0; i < 6; ++i)
    add(row("ppc64-hash4k", "mm/cow", fmt::format("vmsplice() {}", i), Outcome::fail,
            "known leak"));
  add(row("x86_64", "mm/uffd-unit-tests", "zeropage on anon", Outcome::infra,
          "QEMU was killed by signal 9"));
  add(row("arm64", "mm/uffd-unit-tests", "zeropage on anon", Outcome::pass));
  add(row("arm64", "mm/uffd-unit-tests", "wp-fork on shmem", Outcome::skip,
          "feature not supported on this architecture"));
  add(row("x86_64", "mm/pkey_sighandler_tests", "", Outcome::pass));
  run.samples = {{.metric = "fork/ns", .job = "x86_64-1", .seed = 7, .unit = "ns", .value = 12.25}};
  return run;
}

inline std::vector<model::KnownFailure> sample_known() {
  return {{.test = "mm/cow/vmsplice*",
           .machine = "ppc64-*",
           .reason = "vmsplice leaks on hugetlb",
           .link = "https://example.org/bug",
           .expires = "2027-01-01",
           .file = "known.yaml",
           .line = 3},
          {.test = "mm/pkey*", .machine = "*", .reason = "flaky", .file = "known.yaml", .line = 9}};
}

inline RunView sample_view() {
  return view_of({.run = sample_run(), .state = store::RunState::finished}, sample_known(),
                 "2026-11-21");
}

}  // namespace report
