// SPDX-License-Identifier: GPL-2.0
/* A reader with several queues, like a multiqueue VM. It prints the queue of each flow,
 * and checks that each flow stays in one queue, in both directions, complete and in
 * order.
 */
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "pkt.h"

#define MAX_QUEUES	8
#define MAX_UDP		256
#define HEADERS		(14 + 20 + 8)

struct udp_flow {
	uint32_t next;
	int queue;		/* the queue in which it arrived, or -1 */
};

struct queues {
	struct flow from;
	struct flow q[MAX_QUEUES];
	uint32_t nqueues;
	uint32_t nflows;
	uint32_t count;
	uint32_t frames[MAX_QUEUES];
	uint32_t wrong;
	struct udp_flow flow[MAX_UDP];
};

static uint32_t ranged(const char *key, const char *text, uint32_t max)
{
	uint32_t n = opt_number(key, text, max);

	if (!n)
		die("%s must not be 0", key);
	return n;
}

static void queues_parse(struct queues *m, int argc, char **argv)
{
	const char *v;
	int i;

	m->nqueues = 2;
	m->nflows = 64;
	m->count = 100;
	for (i = 1; i < argc; i++) {
		if ((v = opt_value(argv[i], "dev")))
			m->from.dev = v;
		else if ((v = opt_value(argv[i], "ns")))
			m->from.ns = v;
		else if ((v = opt_value(argv[i], "queues")))
			m->nqueues = ranged("queues", v, MAX_QUEUES);
		else if ((v = opt_value(argv[i], "flows")))
			m->nflows = ranged("flows", v, MAX_UDP);
		else if ((v = opt_value(argv[i], "count")))
			m->count = ranged("count", v, 1000000);
		else
			die("queues: unknown word %s", argv[i]);
	}
	if (argc < 1 || !m->from.dev)
		die("queues: no tap, or no dev=");
}

/* Each open makes another queue. */
static void queues_open(struct queues *m, const char *tap)
{
	uint32_t i;

	m->from.offload = -1;
	port_open(&m->from, NULL, 0);
	for (i = 0; i < m->nqueues; i++) {
		m->q[i] = (struct flow){ .dev = tap, .role = ROLE_RECV, .offload = -1 };
		port_open(&m->q[i], NULL, 0);
	}
	for (i = 0; i < m->nflows; i++)
		m->flow[i] = (struct udp_flow){ .queue = -1 };
}

static void swap_bytes(uint8_t *a, uint8_t *b, size_t len)
{
	for (; len; len--, a++, b++) {
		uint8_t was = *a;

		*a = *b;
		*b = was;
	}
}

static void udp_turn(uint8_t *p)
{
	swap_bytes(p, p + 6, 6);
	swap_bytes(p + 26, p + 30, 4);
	swap_bytes(p + 34, p + 36, 2);
}

/* UDP between 192.0.2.1 and .2, with different ports; the payload identifies the flow.
 * Every other frame of a flow is the answer to the previous one.
 */
static void udp_frame(uint8_t *p, uint32_t flow, uint32_t seq)
{
	static const uint8_t head[HEADERS] = {
		0x02, 0, 0, 0, 0x0f, 0x02, 0x02, 0, 0, 0, 0x0f, 0x01, 0x08, 0x00,
		0x45, 0, 0, PKT_MIN - 14, 0, 0, 0, 0, 64, 17, 0, 0,
		192, 0, 2, 1, 192, 0, 2, 2, 0, 0, 0, 0, 0, PKT_MIN - 34, 0, 0,
	};

	memset(p, 0, PKT_MIN);
	memcpy(p, head, HEADERS);
	put16(p + 24, csum_fold(csum_add(0, p + 14, 20)));
	put16(p + 34, (uint16_t)(10000 + flow));
	put16(p + 36, (uint16_t)(20000 + flow * 7));
	put32(p + HEADERS, PKT_MAGIC);
	put32(p + HEADERS + 4, flow);
	put32(p + HEADERS + 8, seq);
	if (seq % 2)
		udp_turn(p);
}

static void queues_frame(struct queues *m, uint32_t queue, const struct frame *fr)
{
	uint32_t flow = get32(fr->data + HEADERS + 4);
	struct udp_flow *u = m->flow;

	m->frames[queue]++;
	if (fr->len != PKT_MIN || get32(fr->data + HEADERS) != PKT_MAGIC || flow >= m->nflows) {
		m->wrong++;
		return;
	}
	u += flow;
	if (get32(fr->data + HEADERS + 8) != u->next)
		m->wrong++;
	if (u->queue >= 0 && u->queue != (int)queue)
		m->wrong++;
	u->queue = (int)queue;
	u->next++;
}

/* True if there was nothing to read for this time. */
static bool queues_read(struct queues *m, int timeout)
{
	static uint8_t buf[PKT_BUF];
	struct pollfd pfd[MAX_QUEUES];
	struct frame fr = { 0 };
	uint32_t i;

	for (i = 0; i < m->nqueues; i++)
		pfd[i] = (struct pollfd){ .fd = m->q[i].fd, .events = POLLIN };
	if (poll(pfd, m->nqueues, timeout) <= 0)
		return true;
	for (i = 0; i < m->nqueues; i++)
		while (port_read(&m->q[i], buf, &fr) > 0)
			queues_frame(m, i, &fr);
	return false;
}

static uint32_t queues_total(const struct queues *m)
{
	uint32_t i, sum = 0;

	for (i = 0; i < m->nqueues; i++)
		sum += m->frames[i];
	return sum;
}

static int queues_report(const struct queues *m)
{
	bool ok = !m->wrong && queues_total(m) == m->nflows * m->count;
	uint32_t i;

	printf("frames=%u wrong=%u", queues_total(m), m->wrong);
	for (i = 0; i < m->nqueues; i++) {
		printf(" queue%u=%u", i, m->frames[i]);
		ok = ok && m->frames[i];
	}
	printf("\n");
	return !ok;
}

/* pkt queues /dev/tapN WORD=VALUE...: as in usage() */
int queues_main(int argc, char **argv)
{
	static struct queues m;
	uint8_t frame[PKT_MIN];
	uint32_t seq, i;

	queues_parse(&m, argc, argv);
	queues_open(&m, argv[0]);
	for (seq = 0; seq < m.count; seq++) {
		for (i = 0; i < m.nflows; i++) {
			udp_frame(frame, i, seq);
			if (port_write(&m.from, frame, PKT_MIN))
				die("cannot send on %s", m.from.dev);
		}
		while (queues_total(&m) < (seq + 1) * m.nflows)
			if (queues_read(&m, 5000))
				return queues_report(&m);
	}
	queues_read(&m, 50);
	return queues_report(&m);
}
