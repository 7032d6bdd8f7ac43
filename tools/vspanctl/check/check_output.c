// SPDX-License-Identifier: GPL-2.0
/* check: outputs: do they send, and do the frames fit? */
#include <linux/if_ether.h>

#include "check/check.h"
#include "print/print.h"

static void probe_output_state(struct check *c)
{
	char text[128];

	if (!c->output->is_dormant)
		return;
	output_why(c->output, text, sizeof(text));
	found(c, FIND_ERROR,
	      c->output->dormant == VSPAN_DORMANT_NO_DEVICE ?
	      "output_no_device" : "output_dormant", "%s", text);
	fix(c, "vspanctl output del %s dev %s", quoted_span(c),
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

/**
 * frame_mtu - How large do the frames of a source get?
 * @c: the check
 * @src: the source
 *
 * Return: the MTU that the largest frame needs, without a tag; 0 for headers only.
 */
uint32_t frame_mtu(const struct check *c, const struct source *src)
{
	const struct binding *b;
	const struct link *link;
	uint32_t mtu = 0;

	for (b = src->bindings; b && !src->snap_headers; b = b->next) {
		link = link_by_index(&c->links, b->ifindex);
		if (link && link->mtu > mtu)
			mtu = link->mtu;
	}
	if (src->snaplen && src->snaplen < mtu + ETH_HLEN)
		mtu = src->snaplen > ETH_HLEN ? src->snaplen - ETH_HLEN : 0;
	return mtu;
}

/**
 * span_mtu - How large do the frames of the span get?
 * @c: the check, at a span
 *
 * Return: the MTU that the largest needs, without a tag.
 */
uint32_t span_mtu(const struct check *c)
{
	const struct source *src = c->span->sources;
	uint32_t mtu = 0, m;

	for (; src; src = src->next) {
		m = frame_mtu(c, src);
		if (m > mtu)
			mtu = m;
	}
	return mtu;
}

/**
 * output_mtu - What MTU must the output's device have?
 * @c: the check, at an output
 *
 * Return: the MTU for the largest frame of all sources. For a tunnel it includes a tag,
 * since a tunnel does not accept a tag in addition to its MTU.
 */
uint32_t output_mtu(const struct check *c)
{
	uint32_t mtu = span_mtu(c);

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
	probe_tunnel,
	probe_output_drops,
	NULL
};
