// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the final counters of a span and its sources from the notifications of its end.
 *   pkt last SPAN [ns=NAME] [sources=N]
 * Prints "ready". When the span and N sources are deleted, prints how many frames the
 * sources have copied, and how many of these were delivered and lost by the span.
 */
#include <linux/genetlink.h>
#include <linux/vspan.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "pkt.h"
#include "request.h"

#define LAST_HEADERS	((uint32_t)(NLMSG_HDRLEN + GENL_HDRLEN))

struct last {
	const char *span;
	unsigned long long copied, delivered, lost;
	unsigned long sources;
	bool gone;
};

/* The payload of attribute @type, and its length in *@len, or NULL. */
static const uint8_t *attr(const uint8_t *p, uint32_t *len, uint16_t type)
{
	const uint8_t *end = p + *len;
	struct nlattr nla;

	for (; p + NLA_HDRLEN <= end; p += NLA_ALIGN(nla.nla_len)) {
		memcpy(&nla, p, sizeof(nla));
		if (nla.nla_len < NLA_HDRLEN || p + nla.nla_len > end)
			break;
		if ((nla.nla_type & NLA_TYPE_MASK) != type)
			continue;
		*len = nla.nla_len - NLA_HDRLEN;
		return p + NLA_HDRLEN;
	}
	return NULL;
}

/* The payload of a nested attribute. */
static unsigned long long number(const uint8_t *p, uint32_t len, uint16_t nest, uint16_t type)
{
	uint64_t value;

	p = attr(p, &len, nest);
	if (p)
		p = attr(p, &len, type);
	if (!p || len != sizeof(value))
		die("last: a number is missing");
	memcpy(&value, p, sizeof(value));
	return value;
}

static bool is_named(const struct last *l, const uint8_t *p, uint32_t len, uint16_t type)
{
	p = attr(p, &len, type);
	return p && len && !p[len - 1] && !strcmp((const char *)p, l->span);
}

static void source_gone(struct last *l, const uint8_t *p, uint32_t len)
{
	if (!is_named(l, p, len, VSPAN_A_SOURCE_SPAN))
		return;
	p = attr(p, &len, VSPAN_A_SOURCE_STATS);
	if (!p)
		die("last: a source without its books");
	l->sources++;
	l->copied += number(p, len, VSPAN_A_SOURCE_STATS_RX, VSPAN_A_DIR_STATS_PACKETS) +
		     number(p, len, VSPAN_A_SOURCE_STATS_TX, VSPAN_A_DIR_STATS_PACKETS);
}

static void span_gone(struct last *l, const uint8_t *p, uint32_t len)
{
	static const uint16_t behind_hooks[] = {
		VSPAN_A_DROP_SEGMENT, VSPAN_A_DROP_CHECKSUM, VSPAN_A_DROP_RING_FULL,
		VSPAN_A_DROP_FLUSHED,
	};
	size_t i;

	if (!is_named(l, p, len, VSPAN_A_SPAN_NAME))
		return;
	l->gone = true;
	l->delivered = number(p, len, VSPAN_A_SPAN_STATS, VSPAN_A_SPAN_STATS_PACKETS);
	p = attr(p, &len, VSPAN_A_SPAN_STATS);
	for (i = 0; i < sizeof(behind_hooks) / sizeof(behind_hooks[0]); i++)
		l->lost += number(p, len, VSPAN_A_SPAN_STATS_DROPS, behind_hooks[i]);
}

static uint32_t group_in(const uint8_t *p, uint32_t len)
{
	uint32_t id = 0;

	/* The family has only this group, the first in the list. */
	p = attr(p, &len, CTRL_ATTR_MCAST_GROUPS);
	if (p)
		p = attr(p, &len, 1);
	if (p)
		p = attr(p, &len, CTRL_ATTR_MCAST_GRP_ID);
	if (p && len == sizeof(id))
		memcpy(&id, p, sizeof(id));
	return id;
}

static void group_of(void *arg, const struct nlmsghdr *h)
{
	const uint8_t *p = (const uint8_t *)h + LAST_HEADERS;
	uint32_t len = h->nlmsg_len - LAST_HEADERS, name_len = len;
	const uint8_t *name = attr(p, &name_len, CTRL_ATTR_FAMILY_NAME);

	if (name && !strcmp((const char *)name, VSPAN_FAMILY_NAME))
		*(uint32_t *)arg = group_in(p, len);
}

static void join(struct request *r)
{
	uint32_t group = 0;

	request_start(r, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, NLM_F_DUMP);
	if (request_dump(r, group_of, &group) || !group ||
	    setsockopt(r->fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)))
		die("last: cannot listen: %m");
}

static void heard(struct last *l, const uint8_t *buf, ssize_t n)
{
	const uint8_t *p = buf + LAST_HEADERS;
	uint32_t len = (uint32_t)n - LAST_HEADERS;
	struct genlmsghdr g;

	if (n < (ssize_t)LAST_HEADERS)
		die("last: receive: %m");
	memcpy(&g, buf + NLMSG_HDRLEN, sizeof(g));
	if (g.cmd == VSPAN_CMD_SOURCE_DEL_NTF)
		source_gone(l, p, len);
	else if (g.cmd == VSPAN_CMD_SPAN_DEL_NTF)
		span_gone(l, p, len);
}

/* The notification of the span is the first, those of its sources follow. */
static void listen_for(struct request *r, struct last *l, unsigned long sources)
{
	static uint8_t buf[65536];

	while (!l->gone || l->sources < sources)
		heard(l, buf, recv(r->fd, buf, sizeof(buf), 0));
}

int last_main(int argc, char **argv)
{
	static struct request r;
	struct last l = { 0 };
	unsigned long sources = 1;
	const char *v, *ns = NULL;
	int i;

	if (argc < 1)
		die("last: of which span?");
	l.span = argv[0];
	for (i = 1; i < argc; i++) {
		if ((v = opt_value(argv[i], "ns")))
			ns = v;
		else if ((v = opt_value(argv[i], "sources")))
			sources = strtoul(v, NULL, 0);
		else
			die("last: what is %s?", argv[i]);
	}
	request_open(&r, ns, NETLINK_GENERIC);
	join(&r);
	puts("ready");
	fflush(stdout);
	listen_for(&r, &l, sources);
	printf("copied=%llu delivered=%llu lost=%llu\n", l.copied, l.delivered, l.lost);
	return 0;
}
