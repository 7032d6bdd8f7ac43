// SPDX-License-Identifier: GPL-2.0
/* check: the span itself, and its readers. */
#include <string.h>
#include <linux/if_arp.h>

#include "check/check.h"
#include "nl/tapnode.h"

/* The netns that the span was moved to, if it has a name, behind @how; else "". */
static const char *in_netns(struct check *c, const char *how, char *buf,
			    size_t len)
{
	char name[256];

	*buf = '\0';
	if (c->span->is_away &&
	    netns_name(&c->ctx->nl, c->span->netnsid, name, sizeof(name)))
		snprintf(buf, len, "%s%s ", how, quoted(c, name));
	return buf;
}

static void probe_up(struct check *c)
{
	char buf[QUOTE_LEN + 16];

	if (c->span->up)
		return;
	found(c, FIND_ERROR, "span_down", "%s is down", c->span->name);
	fix(c, "ip %slink set %s up", in_netns(c, "-n ", buf, sizeof(buf)),
	    quoted(c, c->span->name));
}

/* Readers of a span that is down do not matter. */
static void probe_reader(struct check *c)
{
	char buf[QUOTE_LEN + 16];

	if (!c->span->up || c->span->reader)
		return;
	found(c, FIND_ERROR, "no_reader",
	      "nobody reads %s, so nothing is copied to it", c->span->name);
	fix(c, "%stcpdump -ni %s",
	    in_netns(c, "ip netns exec ", buf, sizeof(buf)),
	    quoted(c, c->span->name));
}

/**
 * some_device - Find a device that could be mirrored, to have one to name.
 * @c: the check
 *
 * Return: its name.
 */
const char *some_device(const struct check *c)
{
	const struct link *link = c->links.items;
	size_t i;

	for (i = 0; i < c->links.count; i++, link++)
		if (link->type == ARPHRD_ETHER && link->flags & IFF_UP &&
		    strcmp(link->kind, "vspan"))
			return link->name;
	return "eth0";
}

static void probe_sources(struct check *c)
{
	if (c->span->sources)
		return;
	found(c, FIND_ERROR, "no_source", "%s has no source", c->span->name);
	fix(c, "vspanctl add %s to %s", quoted(c, some_device(c)),
	    quoted_span(c));
}

/* The span itself takes frames of any length. */
static void probe_span_mtu(struct check *c)
{
	const struct link *link = link_by_index(&c->links, c->span->ifindex);
	uint32_t mtu = span_mtu(c);

	if (c->span->is_away || !link || link->mtu >= mtu)
		return;
	found(c, FIND_NOTE, "span_mtu",
	      "%s has an MTU of %u, and its largest frames need %u: a reader that goes by it cuts them",
	      link->name, link->mtu, mtu);
	fix(c, "ip link set %s mtu %u", quoted(c, link->name), mtu);
}

/* The nodes in /dev belong to the host; a container's device can have the same index. */
static void probe_node(struct check *c)
{
	uint32_t ifindex = c->span->ifindex;
	struct tap_number n;
	enum tap_node node;

	node = c->span->is_away ? TAP_NODE_UNKNOWN :
	       tap_node(c->span->name, ifindex, &n);
	if (node == TAP_NODE_OTHER) {
		found(c, FIND_ERROR, "wrong_node",
		      "/dev/tap%u is the node of another device, and who opens it for %s reads that one",
		      ifindex, c->span->name);
		takes(c, "the node of that other device");
		fix(c, "rm /dev/tap%u && mknod -m 600 /dev/tap%u c %u %u",
		    ifindex, ifindex, n.major, n.minor);
	} else if (node == TAP_NODE_MISSING) {
		found(c, FIND_NOTE, "no_node",
		      "there is no /dev/tap%u, by which a virtual machine would read %s",
		      ifindex, c->span->name);
		fix(c, "mknod -m 600 /dev/tap%u c %u %u", ifindex, n.major,
		    n.minor);
	}
}

static void probe_elsewhere(struct check *c)
{
	char buf[QUOTE_LEN + 16];

	if (!c->span->is_away)
		return;
	found(c, FIND_NOTE, "elsewhere",
	      "%s is in another network namespace, and what is done to its frames there was not looked at",
	      c->span->name);
	if (*in_netns(c, "ip netns exec ", buf, sizeof(buf)))
		fix(c, "%stc -s filter show dev %s ingress", buf,
		    quoted(c, c->span->name));
	else
		fix(c, "lsns -t net");
}

const probe_fn span_probes[] = {
	probe_up,
	probe_reader,
	probe_sources,
	probe_span_mtu,
	probe_node,
	probe_elsewhere,
	probe_span_drops,
	probe_tc_of_span,
	probe_tcx_of_span,
	probe_overlap,
	NULL
};
