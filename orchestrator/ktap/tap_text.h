// SPDX-License-Identifier: Apache-2.0
// What remarks in TAP tell, by their words: the conventions of kselftest's runner, harness and
// run_vmtests.sh.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "ktap/line.h"

namespace ktap {

// The subtest that follows: "selftests: mm: cow" of runner.sh, "running ./gup_test -u" of
// run_vmtests.sh.
std::optional<std::string> announced_child(std::string_view remark);

// The case that starts: "RUN           global.name ..." of kselftest_harness.h, without its '#'.
std::optional<std::string> harness_run(std::string_view remark);

// Remarks that never say why something failed: verdict lines, sums, closing words.
bool says_nothing(std::string_view remark);

// ksft_exit_fail_msg("%d out of %d tests failed") is how tests with failures end, not an abort.
bool only_counts_failures(std::string_view bail);

// Whether a result without its newline ends in the middle of a directive, or before its name.
bool looks_cut(std::string_view line, const ResultLine& result);

// The number behind `word`: count_after("pass:3 fail:1", " fail:") is 1.
std::optional<std::size_t> count_after(std::string_view text, std::string_view word);

// Where the next line begins inside a result that was printed without its newline; npos when it is
// one line.
std::size_t glued_at(std::string_view line);

// Where the runner's "ok 3 selftests: mm: x" begins behind other text; npos when it does not.
std::size_t runner_result_at(std::string_view line);

// Where a result numbered `next` (0: any result is a remark), or a "Bail out! ", begins behind text
// that came without its newline; npos when none does.
std::size_t result_behind(std::string_view line, std::size_t next);

}  // namespace ktap
