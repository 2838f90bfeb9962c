/* SPDX-License-Identifier: Apache-2.0
 *
 * Entropy for the kernel's pool (random(4)): of a seed, so that it repeats, or of the host's.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "agent/agent.h"

uint64_t next_random(uint64_t *state) {
  uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

static int ask_random(unsigned long request, void *argument) {
  int error = 0;
  const int fd = open("/dev/random", O_WRONLY | O_CLOEXEC);
  if (fd < 0) return errno;
  if (ioctl(fd, request, argument) != 0) error = errno;
  close(fd);
  return error;
}

static int credit(const uint8_t *bytes, size_t size) {
  struct {
    struct rand_pool_info info;
    uint8_t bytes[WIRE_MOST_ENTROPY];
  } order;
  if (size == 0 || size > sizeof order.bytes) return EINVAL;
  memset(&order, 0, sizeof order);
  order.info.entropy_count = (int)size * 8;
  order.info.buf_size = (int)size;
  memcpy(order.bytes, bytes, size);
  return ask_random(RNDADDENTROPY, &order);
}

int entropy_from_seed(uint64_t seed) {
  uint8_t bytes[64];
  for (size_t i = 0; i < sizeof bytes; i += 8) {
    const uint64_t word = next_random(&seed);
    for (int j = 0; j < 8; ++j) bytes[i + (size_t)j] = (uint8_t)(word >> (56 - 8 * j));
  }
  return credit(bytes, sizeof bytes);
}

int entropy_from_host(const struct wire_bytes *bytes) { return credit(bytes->data, bytes->length); }

int entropy_reseed(void) { return ask_random(RNDRESEEDCRNG, NULL); }
