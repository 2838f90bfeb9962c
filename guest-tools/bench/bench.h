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

enum { MAX_FOLIO_SIZES = 16, WRITERS = 4 };

enum better { LOWER, HIGHER };

struct bench {
  const char *name;
  const char *what;
  void (*run)(void);
};
extern const struct bench fault_benches[], vma_benches[], fork_benches[], gup_benches[], advice_benches[], thp_benches[],
    swap_benches[], zram_benches[], uffd_benches[], ksm_benches[], migrate_benches[], page_benches[],
    fragment_benches[], order_benches[], memcg_benches[];

/* How often a benchmark measures. Once more, with 1, its tracepoints are counted and no cost is taken. */
extern int rounds;

/* --- what a benchmark says: say.c --- */

/* One more value of the metric; printed with the others of that name when the benchmark ends. */
void sample(const char *metric, const char *unit, enum better better, double value);
void sample_cost(const char *metric, uint64_t ns, uint64_t operations); /* ns per operation, lower is better */
/* Something counted, which is no cost: "BENCHMARK:NAME", unit `events`. */
void count(const char *name, long value);
/* This metric cannot be had here, and why. */
void skip(const char *metric, const char *reason, ...) __attribute__((format(printf, 2, 3)));
/* What should have worked did not: the program ends with 1. */
_Noreturn void die(const char *what, ...) __attribute__((format(printf, 1, 2)));

void begin_saying(const char *benchmark, bool aloud); /* in silence samples, counts and skips go nowhere */
void print_metrics(void);
int metrics_printed(void); /* costs, so far */

/* --- what the kernel counts: counters.c, tracepoints.c --- */

struct counters;
struct counters *read_counters(void); /* slab, huge pages: the kernel's own numbers now; never NULL */
void count_changes(struct counters *before, struct counters *after); /* a count for each that differs; frees them */
/* Called where a benchmark holds most memory, outside what is measured: the most objects of each slab cache. */
void observe_slab(void);
void begin_observing(void);
void count_observed(void);
/* Events of tracepoints of the whole machine, from begin to end. */
void open_tracepoints(void);
void begin_tracepoints(void);
void end_tracepoints(void);
void count_tracepoints(void);

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
/* Writes to every page, in order or at random, by up to WRITERS threads with a share each; CPU time of all of them. */
uint64_t write_pages(char *at, size_t bytes, bool random, int threads);
long free_huge_pages(void);
/* The pool of this size of huge page; set_pool returns how many pages it has then, or -1. */
long pool_pages(size_t size);
long set_pool(size_t size, long pages);

/* --- folios: folio.c --- */

/* Sizes of anonymous folios this kernel offers, smallest first, the base page among them. Returns how many. */
size_t folio_sizes(size_t sizes[MAX_FOLIO_SIZES]);
/* From now on anonymous memory under MADV_HUGEPAGE gets folios of just this size (base page: none larger). */
bool choose_folio_size(size_t bytes);
/* Folios of any size the kernel likes, for anonymous memory under MADV_HUGEPAGE. */
void choose_any_folio_size(void);
void choose_any_shmem_size(void); /* the same for memfds */
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
