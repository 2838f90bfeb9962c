// SPDX-License-Identifier: Apache-2.0
// Who answers for a commit: a lab that builds and boots it, or any command. Owned by the search; the real ones are in
// room cli, tests have one that plays a history.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "bisect/evidence.h"

namespace bisect {

// One go at one commit.
struct Observed {
  enum class Kind {
    failed,       // with the failure that is sought
    passed,
    untestable,   // it does not build or boot, or fails in another way
    infra,        // the host failed; says nothing about the commit
    interrupted,  // by the user
  };
  Kind kind = Kind::infra;
  std::string what;  // one line for people: what was seen
  std::string run;   // in the store; empty: none
};

// What has to be there before a commit can be tested.
struct Prepared {
  std::string fingerprint;         // equal ones, equal behaviour: the kernel's bytes; empty: nothing is known of it
  std::optional<Observed> answer;  // it ended here: it does not build, the host failed, the user had enough
};

class Oracle {
 public:
  virtual ~Oracle() = default;
  // `commit` is an index into the history, or kGoodEnd.
  virtual Prepared prepare(int commit) = 0;
  // `meanwhile`: commits that may be wanted next, to be built while this one runs.
  virtual Observed test(int commit, const std::vector<int>& meanwhile) = 0;
  // The bad end with the commit taken back; nullopt: it cannot be taken back there, or nobody knows how.
  virtual std::optional<Observed> test_reverted(int /*commit*/) { return std::nullopt; }
  // What building it would take, relative to others; 0 when it is built. -1: nothing is known.
  virtual double build_cost(int /*commit*/) { return 0; }
};

}  // namespace bisect
