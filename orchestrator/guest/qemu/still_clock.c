/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loaded into QEMU before its C library, under the instruction clock only (still_clock.h says why).
 * Nothing of the guest reads this clock there: -rtc has a base and runs on virtual time.
 */
#include <sys/time.h>

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  (void)zone;
  now->tv_sec = 1767225600; /* 2026-01-01, as -rtc base= */
  now->tv_usec = 0;
  return 0;
}
