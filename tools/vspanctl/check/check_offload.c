// SPDX-License-Identifier: GPL-2.0
/* check: offloads that change received frames or hide them from the host. GRO, in the
 * host or in the NIC (rx-gro-hw), is no fault: its packets are segmented into the
 * original frames.
 */
#include <string.h>

#include "check/check.h"

/**
 * struct offload - An offload that changes received frames.
 * @name: its name, as the kernel has it
 * @key: name of the finding
 * @severity: how much it matters
 * @word: its name, as ethtool takes it
 * @text: what it does, after the name of the device
 */
struct offload {
	const char *name;
	const char *key;
	enum severity severity;
	const char *word;
	const char *text;
};

static const struct offload offloads[] = {
	{ "rx-lro", "lro", FIND_WARNING, "lro",
	  "merges received frames (large-receive-offload), and they cannot be taken apart again" },
	{ "rx-fcs", "rx_fcs", FIND_NOTE, "rx-fcs",
	  "leaves the checksum at the end of each received frame, and its copies are 4 bytes too long" },
	{ "rx-all", "rx_all", FIND_NOTE, "rx-all",
	  "hands up frames that were damaged on the wire, and they are copied too" },
};

static void probe_rx_offloads(struct check *c)
{
	const struct offload *o = offloads;

	for (; o < offloads + ARRAY_SIZE(offloads); o++) {
		if (!c->feature(c->link->name, o->name))
			continue;
		found(c, o->severity, o->key, "%s %s", c->link->name, o->text);
		fix(c, "ethtool -K %s %s off", quoted(c, c->link->name),
		    o->word);
	}
}

/* A promiscuous device accepts all VLANs. */
static void probe_vlan_filter(struct check *c)
{
	if (c->link->promiscuity || (!c->src->redirect && !c->src->vlans) ||
	    !c->feature(c->link->name, "rx-vlan-filter"))
		return;
	found(c, FIND_WARNING, "rx_vlan_filter",
	      "%s drops frames of VLANs that the host has no device for",
	      c->link->name);
	fix(c, "ethtool -K %s rx-vlan-filter off", quoted(c, c->link->name));
}

/* The driver passes frames of an offloaded macvlan device only to that device. */
static void probe_l2_forward(struct check *c)
{
	const struct link *macvlan;

	macvlan = link_on(&c->links, c->link->ifindex, "macvlan");
	if (!macvlan || !c->feature(c->link->name, "l2-fwd-offload"))
		return;
	found(c, FIND_WARNING, "l2_fwd_offload",
	      "%s hands frames straight to devices on it, like %s, and they are not copied here",
	      c->link->name, macvlan->name);
	fix(c, "ethtool -K %s l2-fwd-offload off", quoted(c, c->link->name));
}

/**
 * probe_offloads - Do offloads change received frames, or hide them from the host?
 * @c: the check, at a device
 */
void probe_offloads(struct check *c)
{
	if (!(c->src->dir & VSPAN_DIR_RX))
		return;
	probe_vlan_filter(c);
	probe_rx_offloads(c);
	probe_l2_forward(c);
}
