/* SPDX-License-Identifier: GPL-2.0 */
/* Shared by probe.c and judge.c. */
#ifndef _PROBE_H
#define _PROBE_H

#include <linux/if_packet.h>
#include <arpa/inet.h>
#include <time.h>

#include "pkt.h"

#define PROBE_ID	77
#define PROBE_SNAPS	8
#define PROBE_BURST_NS	100000000ull	/* burst of the span's rate limit */

/* A copy as received. */
struct copy {
	uint32_t seq;
	uint64_t stamp;
};

struct probe {
	struct flow tx;
	struct flow rx;
	struct flow mark;
	uint32_t count;
	uint32_t seconds;
	uint32_t sample;
	uint32_t rate;
	bool loss_ok;
	uint32_t snaps[PROBE_SNAPS];	/* lengths a copy may be cut to; 0 for whole */
	int nsnaps;
	/* results */
	uint32_t sent;
	uint32_t got;
	uint32_t last;
	uint32_t corrupt;
	uint32_t reordered;
	uint32_t noise;
	uint32_t classes[PROBE_SNAPS];
	uint32_t markers;
	uint32_t wanted;
	uint64_t bytes;
	uint64_t busy_ns;
	uint64_t total_ns;
	struct copy *copies;
	uint32_t room;
};

/* probe.c */
void probe_flow(struct flow *f, enum role role);
bool probe_port(struct flow *f, const char *key, const char *word);
uint64_t probe_ns(clockid_t clock);
uint64_t probe_stamp(const struct flow *f);

/* judge.c */
bool probe_judge(const struct probe *p);

#endif /* _PROBE_H */
