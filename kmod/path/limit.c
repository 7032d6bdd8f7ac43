// SPDX-License-Identifier: GPL-2.0
/* How many of the selected frames are copied: sampling and rate limit. */
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/random.h>

#include "path/limit.h"
#include "path/rule.h"
#include "path/source.h"

/* A tenth of a second's worth may come at once. */
#define VSPAN_LIMIT_BURST	(NSEC_PER_SEC / 10)

/**
 * vspan_limit_sample - is this one of the frames to be sampled?
 * @rule: the rule; every frame has the same chance, 1 in @rule->sample
 *
 * Return: true if so.
 */
bool vspan_limit_sample(const struct vspan_rule *rule)
{
	return rule->sample <= 1 || !get_random_u32_below(rule->sample);
}

/**
 * vspan_limit_rate - is there room for a copy in the source's rate?
 * @src: the source
 * @rule: its rule
 * @n: frames on the wire that the copy is
 *
 * Virtual scheduling (ITU-T I.371, GCRA): @src->due is when the next copy is
 * due if all came evenly spaced; one may come a burst's time before that.
 *
 * Return: true if so; the room is then taken.
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
