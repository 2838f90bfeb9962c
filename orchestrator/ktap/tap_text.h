// SPDX-License-Identifier: Apache-2.0
// What remarks in TAP tell, by their words: the conventions of kselftest's runner, harness and
// run_vmtests.sh.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace ktap {

// The subtest that follows: "selftests: mm: cow" of runner.sh, "running ./gup_test -u" of
// run_vmtests.sh.
std::optional<std::string> announced_child(std::string_view remark);

// The case that starts: "RUN           global.name ..." of kselftest_harness.h, without its '#'.
std::optional<std::string> harness_run(std::string_view remark);

// Remarks that never say why something failed: verdict lines, sums, closing words.
bool says_nothing(std::string_view remark);

// The number behind `word`: count_after("pass:3 fail:1", " fail:") is 1.
std::optional<std::size_t> count_after(std::string_view text, std::string_view word);

// Where the next line begins inside a result that was printed without its newline; npos when it is
// one line.
std::size_t glued_at(std::string_view line);

}  // namespace ktap
