// SPDX-License-Identifier: Apache-2.0
// What the lines of a report say beside its trace: the task, the access, the kind, who made it.
#include <algorithm>

#include "triage/builder.h"

namespace triage {
namespace {

// lib/ubsan.c before 5.6 said the kind only in the line after its head. The names are today's.
std::string_view old_ubsan_kind(std::string_view body) {
  struct Row {
    std::string_view words;
    std::string_view kind;
  };
  static constexpr Row kRows[] = {{"signed integer overflow", "signed-integer-overflow"},
                                  {"negation of ", "negation-overflow"},
                                  {"division by zero", "division-overflow"},
                                  {"division of ", "division-overflow"},
                                  {"null pointer of type", "null-ptr-deref"},
                                  {"misaligned address", "misaligned-access"},
                                  {"with insufficient space", "object-size-mismatch"},
                                  {"is out of range for type", "array-index-out-of-bounds"},
                                  {"shift exponent ", "shift-out-of-bounds"},
                                  {"left shift of ", "shift-out-of-bounds"},
                                  {"is not a valid value for type", "invalid-load"},
                                  {"variable length array bound", "vla-bound-not-positive"},
                                  {"__builtin_unreachable", "unreachable"}};
  if (body.starts_with("unsigned integer overflow")) return "unsigned-integer-overflow";
  for (const Row& row : kRows)
    if (body.find(row.words) != std::string_view::npos) return row.kind;
  return {};
}

}  // namespace

// mm/kasan/kasan_test_c.c, mm/kfence/kfence_test.c, mm/kmsan/kmsan_test.c, kernel/kcsan,
// lib/test_ubsan.c
bool names_test_module(std::string_view body) {
  static constexpr std::string_view kModules[] = {"[kasan_test",  "[test_kasan",  "[kfence_test]",
                                                  "[kmsan_test]", "[kcsan_test]", "[test_ubsan]"};
  return std::ranges::any_of(kModules, [body](std::string_view name) {
    return body.find(name) != std::string_view::npos;
  });
}

bool Builder::in_self_test(std::string_view suite) const {
  const Kind kind = format().kind;
  const bool sanitizer = kind == Kind::kasan || kind == Kind::kfence || kind == Kind::kmsan ||
                         kind == Kind::kcsan || kind == Kind::ubsan;
  if (sanitizer && test_module_) return true;
  // lib/kunit/try-catch.c names the thread; other suites and tasks report in earnest. A report that
  // was cut before its task is taken for the suite's.
  if (!process_.empty() && process_ != "kunit_try_catch") return false;
  return (sanitizer && suite.starts_with(kind_name(kind))) ||
         (kind == Kind::oops && suite == "kunit_fault");
}

// "CPU: 1 UID: 0 PID: 2 Comm: foo Not tainted 6.1 #6", and "Tainted: G      D W".
void Builder::read_task(std::string_view body) {
  if (auto at = body.find("Tainted: "); at != std::string_view::npos) {
    for (char c : body.substr(at + 9, 40)) {
      if (c == 'D') dead_taint_ = true;
      if (c != ' ' && c != '[' && c != ']' && c != '=' && c != ',' && !(c >= 'A' && c <= 'Z'))
        break;
      if (c == '=') break;
    }
    if (body.find("[D]=DIE") != std::string_view::npos) dead_taint_ = true;
  }
  auto comm = body.find("Comm: ");
  if (comm == std::string_view::npos || !process_.empty()) return;
  std::string_view name = body.substr(comm + 6);
  for (std::string_view end : {" Not tainted", " Tainted:", " Kdump:", " Not"})
    name = name.substr(0, name.find(end));
  process_ = name.substr(0, 32);
  if (auto at = body.find("PID: "); at != std::string_view::npos) {
    std::string_view digits = body.substr(at + 5);
    pid_ = digits.substr(0, std::min(digits.find_first_not_of("0123456789"), std::size_t{10}));
  }
}

void Builder::read_details(std::string_view body) {
  if (format().kind == Kind::ubsan && match_.groups[0] == kUnknownUbsan && lines_ <= 8)
    if (const auto kind = old_ubsan_kind(body); !kind.empty()) match_.groups[0] = kind;
  if (access_.empty() && format().kind == Kind::kasan) {
    if (body.starts_with("Read of size") || body.starts_with("Read at ")) access_ = "Read";
    if (body.starts_with("Write of size") || body.starts_with("Write at ")) access_ = "Write";
  }
  // "Read of size 8 at addr ffff888103c50010 by task swapon/333"
  if (auto by = body.rfind(" by task ");
      by != std::string_view::npos && process_.empty() && format().kind == Kind::kasan) {
    const std::string_view task = body.substr(by + 9);
    if (auto slash = task.rfind('/'); slash != std::string_view::npos) {
      process_ = task.substr(0, std::min(slash, std::size_t{32}));
      pid_ = task.substr(slash + 1, 10);
    }
  }
  if (body.find("belongs to the cache") != std::string_view::npos) slab_object_ = true;
}

}  // namespace triage
