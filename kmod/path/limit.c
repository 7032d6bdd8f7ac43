// SPDX-License-Identifier: GPL-2.0
/* Limits the number of copies: sampling and rate limit. */
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/random.h>

#include "path/limit.h"
#include "path/rule.h"
#include "path/source.h"

/* A burst may have the copies of a tenth of a second. */
#define VSPAN_LIMIT_BURST	(NSEC_PER_SEC / 10)

/**
 * vspan_limit_sample - decide whether a frame is sampled
 * @rule: the rule; each frame has the same chance, 1 in @rule->sample
 *
 * Return: true if so.
 */
bool vspan_limit_sample(const struct vspan_rule *rule)
{
	return rule->sample <= 1 || !get_random_u32_below(rule->sample);
}

/**
 * vspan_limit_rate - does the rate limit of a source allow a copy?
 * @src: the source
 * @rule: its rule
 * @n: number of frames on the wire that the copy stands for
 *
 * Virtual scheduling (ITU-T I.371, GCRA): @src->due is the time of the next copy at an
 * even rate. A copy may be early by the time of a burst.
 *
 * Return: true if it does; the copy is then accounted for.
 */
bool vspan_limit_rate(struct vspan_source *src, const struct vspan_rule *rule,
		      unsigned int n)
{
	s64 cost, now, old, due;

	if (!rule->rate)
		return true;
	cost = div_u64((u64)n * NSEC_PER_SEC, rule->rate);
	now = ktime_get_ns();
	old = atomic64_read(&src->due);
	do {
		due = max(old, now);
		if (due - now > (s64)VSPAN_LIMIT_BURST)
			return false;
	} while (!atomic64_try_cmpxchg(&src->due, &old, due + cost));
	return true;
}
