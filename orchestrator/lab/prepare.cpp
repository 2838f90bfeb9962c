// SPDX-License-Identifier: Apache-2.0
// From what a job asks for and what the selftest tree gave to the tests that can run.
#include <fmt/format.h>

#include <algorithm>

#include "lab/lab.h"

namespace lab {
namespace {

bool has(const BuiltSelftests& selftests, const std::string& collection, const std::string& program) {
  const auto found = selftests.programs.find(collection);
  return found != selftests.programs.end() && std::ranges::find(found->second, program) != found->second.end();
}

// A wall clock is disturbed more often than not for a tenth of a second, seldom for this long: the best round counts.
constexpr const char* kSecondsByWallClock = "2";

}  // namespace

PreparedTests prepare_tests(const scenario::JobRequest& job, const BuiltSelftests& selftests) {
  PreparedTests prepared;
  for (const scenario::UnfitTest& unfit : job.unfit) prepared.unfit.emplace_back(unfit.test.id, unfit.reason);
  for (const model::TestSpec& test : job.tests) {
    if (test.collection == model::kBenchmarks) {
      model::TestSpec& benchmark = prepared.runnable.emplace_back(test);
      if (job.clock == model::Clock::wall) benchmark.arguments.insert(benchmark.arguments.begin(), {"--for", kSecondsByWallClock});
      continue;
    }
    std::vector<std::string> names{test.program};
    names.insert(names.end(), test.also_called.begin(), test.also_called.end());
    const auto found =
        std::ranges::find_if(names, [&](const auto& name) { return has(selftests, test.collection, name); });
    if (found != names.end()) {
      model::TestSpec runnable = test;
      runnable.program = *found;
      prepared.runnable.push_back(std::move(runnable));
      continue;
    }
    const auto broken = std::ranges::find_if(names, [&](const auto& name) {
      return selftests.not_built.contains(test.collection + "/" + name);
    });
    const auto left_out = std::ranges::find_if(names, [&](const auto& name) {
      return selftests.left_out.contains(test.collection + "/" + name);
    });
    if (left_out != names.end()) {
      prepared.unfit.emplace_back(test.id, fmt::format("{} was not built: {}", *left_out,
                                                       selftests.left_out.at(test.collection + "/" + *left_out)));
    } else if (broken != names.end()) {
      prepared.not_built.emplace_back(test.id, fmt::format("{} did not compile", *broken),
                                      selftests.not_built.at(test.collection + "/" + *broken));
    } else {
      // A test that nobody called optional is a name that is wrong or a test that vanished: not green.
      auto& where = test.optional ? prepared.unfit : prepared.absent;
      where.emplace_back(test.id, fmt::format("the selftests of {} have no {}/{}", selftests.source, test.collection,
                                              test.program));
    }
  }
  return prepared;
}

}  // namespace lab
