/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Micro-benchmarks of memory management: what they share. guest-tools/README.md describes the output.
 *
 * Costs are CPU time of the process, so that idle time and other processes do not count; under the instruction clock
 * that is a count of instructions. Each benchmark does a fixed amount of work, so that two kernels do the same.
 */
#ifndef VMLAB_BENCH_H
#define VMLAB_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ROUNDS = 5, MAX_FOLIO_SIZES = 16 };

enum better { LOWER, HIGHER };

struct bench {
  const char *name;
  const char *what;
  void (*run)(void);
};
extern const struct bench fault_benches[], vma_benches[], fork_benches[], gup_benches[], advice_benches[], thp_benches[],
    swap_benches[], zram_benches[], uffd_benches[], ksm_benches[], migrate_benches[];

/* --- what a benchmark says: main.c --- */

/* One more value of the metric; printed with the others of that name when the benchmark ends. */
void sample(const char *metric, const char *unit, enum better better, double value);
void sample_cost(const char *metric, uint64_t ns, uint64_t operations); /* ns per operation, lower is better */
/* This metric cannot be had here, and why. */
void skip(const char *metric, const char *reason, ...) __attribute__((format(printf, 2, 3)));
/* What should have worked did not: the program ends with 1. */
_Noreturn void die(const char *what, ...) __attribute__((format(printf, 1, 2)));

/* --- time: measure.c --- */

uint64_t cpu_ns(void); /* of this process */

/* --- memory: memory.c --- */

size_t page_bytes(void);
size_t pmd_bytes(void);     /* of a PMD-sized huge page; 0 without THP */
size_t hugetlb_bytes(void); /* the default size; 0 without hugetlbfs */
/* A private anonymous mapping of `bytes`, aligned to `alignment`, not populated; dies if there is none. */
char *map_aligned(size_t bytes, size_t alignment);
void unmap(char *at, size_t bytes);
void touch(volatile char *at, size_t bytes, size_t step); /* writes one byte every `step` */
long free_huge_pages(void);

/* --- folios: folio.c --- */

/* Sizes of anonymous folios this kernel offers, smallest first, the base page among them. Returns how many. */
size_t folio_sizes(size_t sizes[MAX_FOLIO_SIZES]);
/* From now on anonymous memory under MADV_HUGEPAGE gets folios of just this size (base page: none larger). */
bool choose_folio_size(size_t bytes);
/* Bytes of the folio at this address, from /proc/self/pagemap and /proc/kpageflags; 0 when they do not say. */
size_t folio_at(const char *at);
/* `bytes` of anonymous memory in folios of `folio` bytes, all mapped by PTEs; NULL when the kernel gave others. */
char *map_folios(size_t bytes, size_t folio);

/* --- files: files.c --- */

bool write_text(const char *path, const char *text); /* false: errno says why */
bool read_text(const char *path, char *text, size_t size);
long read_number(const char *path, long otherwise);
/* "64K", "2M": the shortest exact form, in a buffer of its own for each of the last four calls. */
const char *size_name(size_t bytes);

#endif
