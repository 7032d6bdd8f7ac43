// SPDX-License-Identifier: GPL-2.0
/* check: outputs: do they send, and do the frames fit? */
#include <string.h>

#include "check.h"
#include "print.h"

#define TAG_LEN	4

/* A tunnel has no room for a tag beyond its MTU. */
static const char *const tunnel_kinds[] = {
	"gretap", "ip6gretap", "erspan", "ip6erspan", "vxlan", "geneve",
};

static bool is_tunnel(const struct link *link)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tunnel_kinds); i++)
		if (!strcmp(link->kind, tunnel_kinds[i]))
			return true;
	return false;
}

static void probe_output_state(struct check *c)
{
	char text[128];

	if (!c->output->is_dormant)
		return;
	output_why(c->output, text, sizeof(text));
	found(c, FIND_ERROR,
	      c->output->dormant == VSPAN_DORMANT_NO_DEVICE ?
	      "output_no_device" : "output_dormant", "%s", text);
	fix(c, "vspanctl output del %s dev %s", quoted(c, c->span->name),
	    quoted(c, c->output->dev));
}

static void probe_output_link(struct check *c)
{
	if (!c->link)
		return;
	if (!(c->link->flags & IFF_UP)) {
		found(c, FIND_ERROR, "output_down",
		      "%s is down, so nothing leaves by it", c->link->name);
		fix(c, "ip link set %s up", quoted(c, c->link->name));
	} else if (!c->link->carrier) {
		found(c, FIND_ERROR, "output_no_carrier",
		      "%s has no carrier, so nothing leaves by it",
		      c->link->name);
		fix(c, "ethtool %s", quoted(c, c->link->name));
	}
}

/* The largest MTU of all devices that the span copies. */
static uint32_t source_mtu(const struct check *c)
{
	const struct source *src = c->span->sources;
	const struct binding *b;
	const struct link *link;
	uint32_t mtu = 0;

	for (; src; src = src->next) {
		for (b = src->bindings; b; b = b->next) {
			link = link_by_index(&c->links, b->ifindex);
			if (link && link->mtu > mtu)
				mtu = link->mtu;
		}
	}
	return mtu;
}

/**
 * output_mtu - What MTU must the output's device have?
 * @c: the check, at an output
 *
 * Return: one with which the largest frame of all sources fits, with a tag.
 */
uint32_t output_mtu(const struct check *c)
{
	uint32_t mtu = source_mtu(c);

	if (c->output->vlan || (c->link && is_tunnel(c->link)))
		mtu += TAG_LEN;
	return mtu;
}

static void probe_mtu(struct check *c)
{
	uint32_t mtu = output_mtu(c);

	if (!c->link || c->link->mtu >= mtu)
		return;
	found(c, FIND_WARNING, "output_mtu",
	      "%s has an MTU of %u, and the largest frames of %s need %u",
	      c->link->name, c->link->mtu, c->span->name, mtu);
	fix(c, "ip link set %s mtu %u", quoted(c, c->link->name), mtu);
}

const probe_fn output_probes[] = {
	probe_output_state,
	probe_output_link,
	probe_mtu,
	probe_output_drops,
	NULL
};
