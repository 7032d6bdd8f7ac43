// SPDX-License-Identifier: GPL-2.0
/*
 * Prints how many thousand times a second this machine's time stamp counter counts.
 *
 * QEMU's software emulation gives a guest the host's counter, and the guest's kernel
 * measures it against an emulated timer while it boots. Where the host lets QEMU wait
 * in between, the kernel's clock runs too fast for as long as it lives (a hundred times
 * has been seen: RCU then reports stalls after a second). With tsc_early_khz= it need
 * not measure.
 */
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

#define INTERVAL_NS 200000000ULL

struct reading {
	uint64_t ns;
	uint64_t tsc;
};

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/* Of 100 readings, the one that took least: nobody interrupted it. */
static struct reading take(void)
{
	struct reading best = { 0 };
	uint64_t least = UINT64_MAX;
	int i;

	for (i = 0; i < 100; i++) {
		uint64_t before = now(), tsc = __rdtsc(), took = now() - before;

		if (took >= least)
			continue;
		least = took;
		best.ns = before + took / 2;
		best.tsc = tsc;
	}
	return best;
}

int main(void)
{
	const struct timespec interval = { .tv_nsec = INTERVAL_NS };
	struct reading a = take(), b;

	nanosleep(&interval, NULL);
	b = take();
	printf("%.0f\n", (double)(b.tsc - a.tsc) * 1e6 / (double)(b.ns - a.ns));
	return 0;
}
