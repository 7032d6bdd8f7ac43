/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSPANCTL_KTAP_H
#define VSPANCTL_KTAP_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/**
 * struct ktap - Results of a test program.
 * @count: tests so far
 * @failed: how many of them failed
 */
struct ktap {
	unsigned int count;
	unsigned int failed;
};

static inline void ktap_start(void)
{
	printf("KTAP version 1\n");
}

static inline void ktap_ok(struct ktap *t, bool ok, const char *name)
{
	t->count++;
	t->failed += !ok;
	printf("%sok %u - %s\n", ok ? "" : "not ", t->count, name);
}

/* Passes if two strings are equal; tells both if not. */
static inline void ktap_str(struct ktap *t, const char *got, const char *want,
			    const char *name)
{
	bool ok = !strcmp(got, want);

	ktap_ok(t, ok, name);
	if (!ok)
		printf("#  got: %s\n# want: %s\n", got, want);
}

/* Prints the plan last, since the number of tests is only known then. */
static inline int ktap_end(const struct ktap *t)
{
	printf("1..%u\n# Totals: pass:%u fail:%u\n", t->count,
	       t->count - t->failed, t->failed);
	return t->failed != 0;
}

#endif /* VSPANCTL_KTAP_H */
