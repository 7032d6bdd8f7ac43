// SPDX-License-Identifier: GPL-2.0
/* check: a source that is not bound, gets no frames, or refuses all of them. */
#include <stdlib.h>
#include <string.h>

#include "check/check.h"
#include "nl/altname.h"
#include "print/print.h"
#include "check/seen.h"
#include "args/vlan.h"

/* The device of an output that conflicts with the source; that of the source's name if
 * there is one.
 */
static const char *output_dev(const struct check *c)
{
	const struct output *output = c->span->outputs;

	for (; output; output = output->next)
		if (!strcmp(output->dev, c->src->name))
			return output->dev;
	for (output = c->span->outputs; output; output = output->next)
		if (*output->dev)
			return output->dev;
	return c->src->name;
}

/* Does the source wait for a device that may appear later? */
static bool waits(uint32_t why)
{
	return why == VSPAN_DORMANT_NO_DEVICE || why == VSPAN_DORMANT_NO_MATCH ||
	       why == VSPAN_DORMANT_NO_PORTS;
}

static bool is_fed(const struct span *span)
{
	const struct source *src = span->sources;

	while (src && src->is_dormant)
		src = src->next;
	return src;
}

/* The frames of a shadowed source are copied by other sources. Sources that wait beside
 * active ones are normal on a host whose VMs come and go.
 */
static enum severity dormant_severity(const struct check *c)
{
	uint32_t why = c->src->dormant;

	return why == VSPAN_DORMANT_SHADOWED || (waits(why) && is_fed(c->span)) ?
	       FIND_NOTE : FIND_ERROR;
}

static void probe_dormant(struct check *c)
{
	uint32_t why = c->src->dormant;
	char text[128];

	if (!c->src->is_dormant)
		return;
	source_why(c->src, text, sizeof(text));
	found(c, dormant_severity(c), dormant_key(why), "%s", text);
	if (why == VSPAN_DORMANT_IS_OUTPUT)
		fix(c, "vspanctl output del %s dev %s",
		    quoted_span(c), quoted(c, output_dev(c)));
	else
		fix(c, "vspanctl del %s to %s", quoted_source(c),
		    quoted_span(c));
}

static bool span_has_dev(const struct span *span, uint32_t ifindex)
{
	const struct output *output = span->outputs;
	const struct source *src;
	const struct binding *b;

	for (src = span->sources; src; src = src->next)
		for (b = src->bindings; b; b = b->next)
			if (b->ifindex == ifindex)
				return true;
	while (output && output->ifindex != ifindex)
		output = output->next;
	return output;
}

/* A device that the pattern misses may be a source by another name. */
static void probe_altname(struct check *c)
{
	struct altnames names = { .pattern = c->src->name };
	const struct altname *alt;
	size_t i;

	if (c->src->kind != VSPAN_KIND_GLOB)
		return;
	if (altnames_read(&names, &c->ctx->nl))
		names.missed.count = 0;
	alt = names.missed.items;
	for (i = 0; i < names.missed.count; i++, alt++) {
		if (span_has_dev(c->span, alt->link.ifindex))
			continue;
		found(c, FIND_NOTE, "alternative_name",
		      "the pattern %s matches devices' own names only, and %s is an alternative name of %s",
		      quoted_source(c), alt->name, alt->link.name);
		fix(c, "vspanctl add %s to %s", quoted(c, altname_to_add(alt)),
		    quoted_span(c));
	}
	free(names.missed.items);
}

/* The devices have no traffic: not a fault of the mirror, but the most frequent cause. */
static void probe_silent(struct check *c)
{
	const struct binding *b;
	const struct link *link = NULL;
	uint64_t n = 0;

	for (b = c->src->bindings; b; b = b->next) {
		link = link_by_index(&c->links, b->ifindex);
		if (link && c->src->dir & VSPAN_DIR_RX)
			n += link->rx;
		if (link && c->src->dir & VSPAN_DIR_TX)
			n += link->tx;
	}
	if (!link || n || !(link->flags & IFF_UP) || !link->carrier)
		return;
	found(c, FIND_WARNING, "silent",
	      "no frame has passed %s in the directions asked for since it was made",
	      c->src->bindings->next ? "any device of this source" :
	      link->name);
	fix(c, "tcpdump -c 1 -ni %s", quoted(c, link->name));
}

/* A list of the VLANs of frames that pass the devices now. "" if there are no frames, or
 * if the source also has a filter, which may be the cause.
 */
static const char *vlans_now(const struct check *c, char *list, size_t len)
{
	uint8_t vlans[VSPAN_VLAN_BITMAP_LEN] = { 0 };
	const struct binding *b;
	unsigned int n = 0;

	*list = '\0';
	if (c->src->is_filtered)
		return list;
	/* Each device takes up to a second, so stop at the first one with frames. */
	for (b = c->src->bindings; b && !n; b = b->next)
		n = vlans_seen(b->ifindex, c->src->dir, vlans);
	return n ? vlan_format(vlans, list, len) : list;
}

static void refuses_by_vlan(struct check *c)
{
	const struct source *src = c->src;
	char now[VLAN_LIST_LEN], list[VLAN_LIST_LEN];

	vlan_format(src->vlans, list, sizeof(list));
	vlans_now(c, now, sizeof(now));
	found(c, FIND_WARNING, "all_filtered",
	      "the VLAN list %.80s has refused each of the %llu frames that came%s%.80s",
	      list, (unsigned long long)src->filtered,
	      *now ? "; those that come now are of " : "", now);
	fix(c, "vspanctl set %s to %s vlan %.200s%s", quoted_source(c),
	    quoted_span(c), *now ? now : "all",
	    src->is_filtered ? " filter ''" : "");
}

/* The source has refused frames and never selected one. */
static void probe_refuses_all(struct check *c)
{
	const struct source *src = c->src;
	bool vlans = src->vlans && !vlan_is_all(src->vlans);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(src->drops); i++)
		if (src->drops[i])
			return;
	if (!src->filtered || src->rx.packets || src->tx.packets ||
	    (!vlans && !src->is_filtered))
		return;
	if (vlans) {
		refuses_by_vlan(c);
		return;
	}
	found(c, FIND_WARNING, "all_filtered",
	      "the filter has refused each of the %llu frames that came",
	      (unsigned long long)src->filtered);
	fix(c, "vspanctl set %s to %s filter ''", quoted_source(c),
	    quoted_span(c));
}

const probe_fn source_probes[] = {
	probe_dormant,
	probe_altname,
	probe_silent,
	probe_refuses_all,
	probe_source_drops,
	NULL
};
