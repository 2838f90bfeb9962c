/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <linux/random.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "agent/agent.h"

/* SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014). */
static uint64_t next_random(uint64_t *state) {
  uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

bool entropy_from_seed(uint64_t seed) {
  struct {
    struct rand_pool_info info;
    uint8_t bytes[64];
  } order;
  int result;
  const int fd = open("/dev/random", O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  memset(&order, 0, sizeof order);
  order.info.entropy_count = sizeof order.bytes * 8;
  order.info.buf_size = sizeof order.bytes;
  for (size_t i = 0; i < sizeof order.bytes; i += 8) {
    const uint64_t word = next_random(&seed);
    for (int j = 0; j < 8; ++j) order.bytes[i + (size_t)j] = (uint8_t)(word >> (56 - 8 * j));
  }
  result = ioctl(fd, RNDADDENTROPY, &order);
  close(fd);
  return result == 0;
}
