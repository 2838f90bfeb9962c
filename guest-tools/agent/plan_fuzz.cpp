// SPDX-License-Identifier: Apache-2.0
// Any bytes as a plan, once as they are and once behind a good head, and as each kind of /proc text.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "agent/plan.h"
#include "agent/text.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

void parse(std::string text) {
  static plan plan;
  plan_error error;
  const std::size_t length = text.size();
  if (!plan_parse(text.data(), length, &plan, &error)) {
    require(error.line > 0 || length > PLAN_MAX_TEXT);
    require(error.message[0] != 0);
    return;
  }
  for (std::uint32_t i = 0; i < plan.test_count; ++i) {
    const plan_test& test = plan.tests[i];
    require(test.directory[0] == '/' && test.program[0] != 0 && test.arguments[0] == test.program);
    std::size_t n = 0;
    for (char** word = test.arguments; *word; ++word) n += std::strlen(*word);
    for (char** word = test.environment; *word; ++word) require(std::strchr(*word, '=') != nullptr);
    for (std::uint32_t j = 0; j < test.setting_count; ++j) n += std::strlen(test.settings[j].path);
    require(n <= length);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string input(reinterpret_cast<const char*>(data), size);
  const std::string head = "vmlab-plan 1\nseed 1\nheartbeat_ms 0\ninteractive 0\n";
  const std::string test = "test index=0 id=a dir=/ program=b limit_ms=0 flood=0 swap=0 fs=none\n";
  parse(input);
  parse(head + input);
  parse(head + test + input);
  parse(head + test + input + "\nend\ngo\n");
  std::uint64_t value;
  char chosen[8];
  (void)text_field(input.c_str(), "a", &value);
  text_chosen(input.c_str(), chosen, sizeof chosen);
  (void)text_has_word(input.c_str(), "memory");
  (void)text_list_count(input.c_str());
  (void)text_stat_ppid(input.c_str());
  return 0;
}
