// SPDX-License-Identifier: Apache-2.0
#include "compare/series_track.h"

namespace compare {
namespace {

class Follower {
 public:
  Follower(const TrackName& name, bool whole) : name_(name), whole_(whole) {}

  std::vector<Finding> run(const std::vector<TrackPoint>& points) {
    for (std::size_t i = 0; i < points.size(); ++i) see(static_cast<int>(i), points[i]);
    return std::move(findings_);
  }

 private:
  void see(int step, TrackPoint point) {
    if (point.state == TrackState::unknown) return;
    // A crash of the whole test, for example: it is told when there is one, and never that there is none.
    if (whole_ && point.state == TrackState::absent) point.state = TrackState::good;
    if (point.state == TrackState::bad) bad(step, point);
    else not_bad(step, point);
    last_ = point.state;
    last_step_ = step;
  }

  Finding& add(FindingKind kind, int step, const TrackPoint& point, bool worse) {
    Finding finding{.kind = kind, .step = step, .after = last_step_, .test = name_.test, .cases = {name_.id},
                    .machines = {name_.machine}};
    finding.reason = point.reason;
    finding.handle = point.handle;
    finding.rate = point.rate;
    finding.worse = worse;
    findings_.push_back(std::move(finding));
    return findings_.back();
  }

  void bad(int step, const TrackPoint& point) {
    const bool known_failure = seen_.contains(point.signature);
    if (!last_) {
      if (step > 0) add(FindingKind::bad_before, step, point, false);
    } else if (*last_ != TrackState::bad) {
      Finding& finding = add(FindingKind::broken, step, point, true);
      if (bad_at_ >= 0) {
        finding.again = bad_at_;
        finding.same_as_then = known_failure;
      }
      open_ = findings_.size() - 1;
    } else if (!known_failure) {
      add(FindingKind::other_failure, step, point, true);
    }
    if (!last_ || *last_ != TrackState::bad) bad_at_ = step;
    flaky_ = point.flaky;
    seen_.insert(point.signature);
  }

  void not_bad(int step, const TrackPoint& point) {
    if (!last_) return;
    if (*last_ == TrackState::bad) {
      const FindingKind kind = point.state == TrackState::good   ? FindingKind::repaired
                               : point.state == TrackState::idle ? FindingKind::stopped
                                                                 : FindingKind::gone;
      Finding& finding = add(kind, step, point, false);
      finding.since = bad_at_;
      if (flaky_) finding.rate = "flaky before: it may only have passed";
      if (open_ && kind == FindingKind::repaired) findings_[*open_].until = step;
      open_.reset();
      return;
    }
    if (point.state == *last_) return;
    if (point.state == TrackState::idle && *last_ == TrackState::good) add(FindingKind::stopped, step, point, true);
    if (point.state == TrackState::absent && *last_ == TrackState::good) add(FindingKind::gone, step, point, true);
    if (point.state == TrackState::good && *last_ == TrackState::idle) add(FindingKind::started, step, point, false);
  }

  const TrackName& name_;
  bool whole_;
  std::vector<Finding> findings_;
  std::optional<TrackState> last_;
  int last_step_ = -1;
  int bad_at_ = -1;
  bool flaky_ = false;
  std::optional<std::size_t> open_;  // what broke and is not repaired yet
  std::set<std::string> seen_;       // signatures so far, the base's included
};

}  // namespace

std::vector<Finding> follow(const TrackName& name, const std::vector<TrackPoint>& points, bool whole) {
  return Follower(name, whole).run(points);
}

}  // namespace compare
