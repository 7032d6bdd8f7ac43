// SPDX-License-Identifier: GPL-2.0
/* check: a device that a source is bound to. */
#include <string.h>
#include <linux/if_link.h>

#include "check/check.h"
#include "args/vlan.h"

/* Find the other end of a veth pair, which must be up for a carrier. */
static bool find_peer(struct check *c, char *cmd, size_t len)
{
	struct nl *nl = &c->ctx->nl;
	const struct link *l = c->link;
	struct link peer;
	char name[256];

	if (strcmp(l->kind, "veth") || !l->lower)
		return false;
	if (!l->is_lower_away) {
		const struct link *here = link_by_index(&c->links, l->lower);

		if (here)
			snprintf(cmd, len, "ip link set %s up",
				 quoted(c, here->name));
		return here;
	}
	if (!netns_name(nl, l->lower_netnsid, name, sizeof(name)) ||
	    link_in_netns(nl, l->lower_netnsid, l->lower, &peer))
		return false;
	snprintf(cmd, len, "ip -n %s link set %s up", quoted(c, name),
		 quoted(c, peer.name));
	return true;
}

static void probe_link(struct check *c)
{
	char cmd[2 * QUOTE_LEN];

	if (!(c->link->flags & IFF_UP)) {
		found(c, FIND_ERROR, "link_down", "%s is down", c->link->name);
		fix(c, "ip link set %s up", quoted(c, c->link->name));
	} else if (!c->link->carrier) {
		found(c, FIND_ERROR, "no_carrier",
		      "%s has no carrier: look at the cable and at its other end",
		      c->link->name);
		if (find_peer(c, cmd, sizeof(cmd)))
			fix(c, "%s", cmd);
		else
			fix(c, "ethtool %s", quoted(c, c->link->name));
	}
}

/* With redirect, a NIC is usually fed by a SPAN port, with frames to other addresses. On
 * other hardware NICs, the host's own frames may be all that is wanted.
 */
static void probe_promisc(struct check *c)
{
	if (!(c->src->dir & VSPAN_DIR_RX) || c->link->promiscuity ||
	    (!c->src->redirect && !c->link->is_hardware))
		return;
	found(c, c->src->redirect ? FIND_WARNING : FIND_NOTE, "not_promisc",
	      "%s is not promiscuous: frames to other addresses do not get past it",
	      c->link->name);
	fix(c, "vspanctl set %s to %s promisc", quoted_source(c),
	    quoted_span(c));
}

static bool is_disjoint(const uint8_t *a, const uint8_t *b)
{
	size_t i;

	for (i = 0; i < VSPAN_VLAN_BITMAP_LEN; i++)
		if (a[i] & b[i])
			return false;
	return true;
}

/* A bridge only passes frames of its VLANs to a port. */
static void probe_port_vlans(struct check *c)
{
	const struct link *master = link_by_index(&c->links, c->link->master);
	uint8_t vlans[VSPAN_VLAN_BITMAP_LEN];
	char list[VLAN_LIST_LEN];

	if (!c->src->vlans || vlan_is_all(c->src->vlans) || !master ||
	    !master->vlan_filtering ||
	    link_vlans(&c->ctx->nl, c->link->ifindex, vlans) ||
	    !is_disjoint(vlans, c->src->vlans))
		return;
	vlan_format(vlans, list, sizeof(list));
	found(c, FIND_WARNING, "vlan_mismatch",
	      "%s is in none of the VLANs asked for; %s has it in %.80s",
	      c->link->name, master->name, *list ? list : "none");
	fix(c, "vspanctl set %s to %s vlan %.200s", quoted_source(c),
	    quoted_span(c), *list ? list : "all");
}

static const char *const xdp_words[] = {
	[XDP_ATTACHED_DRV]	= "xdpdrv",
	[XDP_ATTACHED_SKB]	= "xdpgeneric",
	[XDP_ATTACHED_HW]	= "xdpoffload",
	[XDP_ATTACHED_MULTI]	= "xdp",
};

static void probe_xdp(struct check *c)
{
	if (c->link->xdp >= ARRAY_SIZE(xdp_words) ||
	    !xdp_words[c->link->xdp] || !(c->src->dir & VSPAN_DIR_RX))
		return;
	found(c, FIND_WARNING, "xdp",
	      "an XDP program on %s has frames first, and what it takes is not copied",
	      c->link->name);
	takes(c, "the XDP program");
	fix(c, "ip link set dev %s %s off", quoted(c, c->link->name),
	    xdp_words[c->link->xdp]);
}

/* A switch chip only forwards between ports of the same bridge. */
static void probe_switch(struct check *c)
{
	if (!c->link->is_switched || !c->link->master)
		return;
	found(c, FIND_WARNING, "offloaded_bridge",
	      "the switch chip of %s forwards by itself, and what it does not show the host is not copied; mirror it in the chip to a port of the host",
	      c->link->name);
	fix(c, "tc filter add dev %s ingress matchall skip_sw action mirred egress mirror dev PORT",
	    quoted(c, c->link->name));
}

static void probe_vfs(struct check *c)
{
	unsigned int vfs = c->vfs(c->link);

	if (!vfs)
		return;
	found(c, FIND_NOTE, "sriov",
	      "%s has %u virtual functions, whose traffic does not pass the host",
	      c->link->name, vfs);
	fix(c, "ip link show %s", quoted(c, c->link->name));
}

/* If another user has the only receive slot, frames are copied by the tap, not moved. */
static void probe_slot(struct check *c)
{
	const struct link *who = link_by_index(&c->links, c->link->master);
	const char *dev = quoted(c, c->link->name);
	const struct link *vlan;

	if (c->src->hook != VSPAN_HOOK_RX_HANDLER ||
	    c->bind->hook == VSPAN_HOOK_RX_HANDLER)
		return;
	vlan = who ? NULL : link_on(&c->links, c->link->ifindex, "vlan");
	if (vlan)
		who = vlan;
	found(c, c->src->redirect ? FIND_WARNING : FIND_NOTE, "slot_taken",
	      "%s stands where the rx-handler of %s would, so its frames are copied by the tap hook%s",
	      who ? who->name : "another device", dev,
	      c->src->redirect ? " and the host sees them too" : "");
	if (!c->src->redirect) {
		fix(c, "vspanctl set %s to %s hook tap", quoted_source(c),
		    quoted_span(c));
	} else if (vlan) {
		takes(c, "the device %s, its addresses and routes", vlan->name);
		fix(c, "ip link del %s", quoted(c, vlan->name));
	} else {
		takes(c, "%s from its master", c->link->name);
		fix(c, "ip link set %s nomaster", dev);
	}
}

const probe_fn dev_probes[] = {
	probe_link,
	probe_promisc,
	probe_port_vlans,
	probe_offloads,
	probe_xdp,
	probe_switch,
	probe_vfs,
	probe_slot,
	probe_tc,
	probe_tcx,
	probe_nft,
	probe_netkit,
	probe_redirect_peer,
	NULL
};
