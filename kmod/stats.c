// SPDX-License-Identifier: GPL-2.0
#include "stats.h"

#define VSPAN_DROP_NAME(id, name)	[VSPAN_DROP_##id] = (name),
const char *const vspan_drop_names[VSPAN_DROP_CNT] = {
	VSPAN_DROP_REASONS(VSPAN_DROP_NAME)
};

/**
 * vspan_stats_alloc - allocate a set of counters, all zero
 *
 * Return: the counters, to be freed with free_percpu(), or NULL.
 */
struct vspan_stats __percpu *vspan_stats_alloc(void)
{
	struct vspan_stats __percpu *stats;
	int cpu;

	stats = alloc_percpu_gfp(struct vspan_stats, GFP_KERNEL_ACCOUNT);
	if (!stats)
		return NULL;
	for_each_possible_cpu(cpu)
		u64_stats_init(&per_cpu_ptr(stats, cpu)->syncp);
	return stats;
}

/**
 * vspan_stats_sum - add up counters over all CPUs
 * @stats: per-CPU counters
 * @sums: result
 */
void vspan_stats_sum(const struct vspan_stats __percpu *stats,
		     struct vspan_sums *sums)
{
	u64 v[VSPAN_COUNTER_CNT];
	unsigned int start;
	int cpu, i;

	memset(sums, 0, sizeof(*sums));
	for_each_possible_cpu(cpu) {
		const struct vspan_stats *s = per_cpu_ptr(stats, cpu);

		do {
			start = u64_stats_fetch_begin(&s->syncp);
			for (i = 0; i < VSPAN_COUNTER_CNT; i++)
				v[i] = u64_stats_read(&s->v[i]);
		} while (u64_stats_fetch_retry(&s->syncp, start));
		for (i = 0; i < VSPAN_COUNTER_CNT; i++)
			sums->v[i] += v[i];
	}
}

/**
 * vspan_stats_dropped - add up the losses of all reasons
 * @sums: from vspan_stats_sum()
 *
 * Return: number of frames that were selected and not delivered.
 */
u64 vspan_stats_dropped(const struct vspan_sums *sums)
{
	u64 n = 0;
	int i;

	for (i = 0; i < VSPAN_DROP_CNT; i++)
		n += sums->v[VSPAN_DROPS + i];
	return n;
}
