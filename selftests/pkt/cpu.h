/* SPDX-License-Identifier: GPL-2.0 */
/* Sets the CPUs on which this process runs. Define _GNU_SOURCE before including it. */
#ifndef _CPU_H
#define _CPU_H

#include <sched.h>

void cpu_set(const cpu_set_t *cpus);
void cpu_stay(cpu_set_t *before);

#endif /* _CPU_H */
