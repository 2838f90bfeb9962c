// SPDX-License-Identifier: Apache-2.0
// What a Parser knows: the line that is being read, the readers of the dialects, the cases so far.
#pragma once
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ktap/bench_reader.h"
#include "ktap/case_name.h"
#include "ktap/parser.h"
#include "ktap/plain_reader.h"
#include "ktap/prefix.h"
#include "ktap/stress_reader.h"
#include "ktap/tap_reader.h"
#include "ktap/uffd_reader.h"
#include "ktap/verdict.h"

namespace ktap {

// Of a longer line, the start and the end are kept: a directive stands at the end.
inline constexpr std::size_t kLongestLine = 16 * 1024;
inline constexpr std::size_t kUndecided = 64 * 1024;
// Far above any selftest; a flood must not eat the host.
inline constexpr std::size_t kMostCases = 200'000;

struct Parser::State {
  State(std::string id, model::Dialect dialect_, std::string machine_)
      : test_id(std::move(id)),
        machine(std::move(machine_)),
        dialect(dialect_),
        tap(test_id, [this](RawCase raw) { add(std::move(raw)); }),
        uffd([this](RawCase raw) {
          if (const std::string* section = tap.section()) raw.name = *section + "/" + raw.name;
          add(std::move(raw));
        }),
        plain([this](RawCase raw) { add(std::move(raw)); }),
        bench([this](RawCase raw) { add(std::move(raw)); }) {}

  // Text from elsewhere may be the output of several programs in a row.
  bool reads_all() const { return dialect == model::Dialect::automatic && test_id.empty(); }
  bool reads_tap() const {
    if (reads_all()) return true;
    if (dialect == model::Dialect::automatic)
      return !uffd.any_structure() && !plain.any_structure();
    // 7.3's uffd-stress speaks TAP, 6.12's does not; the same holds for uffd-unit-tests.
    if (dialect == model::Dialect::uffd_unit_tests) return !uffd.any_structure();
    return dialect == model::Dialect::tap || dialect == model::Dialect::uffd_stress;
  }
  bool reads_uffd() const {
    const bool asked =
        dialect == model::Dialect::automatic || dialect == model::Dialect::uffd_unit_tests;
    return asked && (reads_all() || (!tap.any_structure() && !plain.any_structure()));
  }
  bool reads_plain() const {
    if (tap.section()) return false;  // its own verdict line judges the program
    return dialect == model::Dialect::automatic && !tap.any_structure() && !uffd.any_structure();
  }

  void feed(std::string_view chunk);
  void finish_lines(bool whole);
  void append(std::string_view piece);
  // `whole`: the line came with its newline, or the stream ended in good order.
  void take_line(bool whole);
  void read_line(std::string_view text, bool whole);
  void take_error_line();
  void add(RawCase raw);
  Reading reading(const ProcessEnd& end);

  std::string test_id;
  std::string machine;
  model::Dialect dialect;
  TapReader tap;
  UffdReader uffd;
  StressReader stress;
  PlainReader plain;
  BenchReader bench;
  UniqueNames names;
  std::vector<Case> cases;
  std::size_t taken = 0;
  std::size_t dropped = 0;
  std::size_t dropped_bad = 0;
  std::size_t lines = 0;
  LearnedPrefix prefix;
  // Files of old Macs and some loggers end their lines with a carriage return alone. What has no
  // newline at all is such a file; until one came, the text is held, up to kUndecided bytes.
  enum class Ends : std::uint8_t { undecided, newline, carriage_return };
  Ends ends = Ends::undecided;
  std::string buffer;
  std::string end_of_long;
  bool left_out = false;
  std::string last_line;
  std::string error_buffer;
  std::string last_error;
  std::optional<std::size_t> planned;
  std::vector<std::string> notes;
};

}  // namespace ktap
