// SPDX-License-Identifier: GPL-2.0
/* Sets the CPUs on which this process runs. */
#define _GNU_SOURCE
#include "cpu.h"
#include "pkt.h"

void cpu_set(const cpu_set_t *cpus)
{
	if (sched_setaffinity(0, sizeof(*cpus), cpus))
		die("sched_setaffinity: %m");
}

/* Bind the process to its current CPU, so that its frames stay in order. cpu_set() with
 * @before ends that.
 */
void cpu_stay(cpu_set_t *before)
{
	cpu_set_t one;

	if (sched_getaffinity(0, sizeof(*before), before))
		die("sched_getaffinity: %m");
	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	cpu_set(&one);
}
