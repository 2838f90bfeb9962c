// SPDX-License-Identifier: Apache-2.0
#include "triage/report.h"

namespace triage {

std::string_view kind_name(Kind kind) {
  switch (kind) {
    case Kind::oops:
      return "oops";
    case Kind::bug:
      return "bug";
    case Kind::warning:
      return "warning";
    case Kind::panic:
      return "panic";
    case Kind::kasan:
      return "kasan";
    case Kind::kmsan:
      return "kmsan";
    case Kind::kcsan:
      return "kcsan";
    case Kind::kfence:
      return "kfence";
    case Kind::ubsan:
      return "ubsan";
    case Kind::lockdep:
      return "lockdep";
    case Kind::rcu_stall:
      return "rcu-stall";
    case Kind::soft_lockup:
      return "soft-lockup";
    case Kind::hard_lockup:
      return "hard-lockup";
    case Kind::hung_task:
      return "hung-task";
    case Kind::atomic:
      return "atomic";
    case Kind::bad_page:
      return "bad-page";
    case Kind::bad_rss:
      return "bad-rss";
    case Kind::corruption:
      return "corruption";
    case Kind::memory_leak:
      return "memory-leak";
    case Kind::oom:
      return "oom";
    case Kind::machine_check:
      return "machine-check";
    case Kind::user_death:
      return "user-death";
    case Kind::boot:
      return "boot";
    case Kind::firmware:
      return "firmware";
    case Kind::reboot:
      return "reboot";
    case Kind::hang:
      return "hang";
  }
  return "bug";
}

bool is_stall(Kind kind) {
  return kind == Kind::rcu_stall || kind == Kind::soft_lockup || kind == Kind::hard_lockup ||
         kind == Kind::hung_task || kind == Kind::hang;
}

}  // namespace triage
