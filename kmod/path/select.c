// SPDX-License-Identifier: GPL-2.0
/* Tells whether a rule selects a frame, by VLAN and filter; without side effects. */
#include <linux/if_vlan.h>

#include "path/bridge.h"
#include "path/filter.h"
#include "path/rule.h"
#include "path/select.h"

/* The VLAN ID of an outer tag in the frame's bytes. The stack inserts it there before the
 * tap if a NIC cannot insert tags itself.
 */
static u16 vspan_select_inband_vid(const struct sk_buff *skb)
{
	struct vlan_ethhdr buf;
	const struct vlan_ethhdr *eth;

	eth = skb_header_pointer(skb, 0, VLAN_ETH_HLEN, &buf);
	if (!eth || !eth_type_vlan(eth->h_vlan_proto))
		return 0;
	return ntohs(eth->h_vlan_TCI) & VLAN_VID_MASK;
}

/**
 * vspan_select_vid - get the VLAN of a frame, from its outer tag or from the bridge
 * @port: the device it was taken from
 * @skb: the frame; data at the MAC header
 * @dir: the direction of the frame
 *
 * The tag is 802.1Q or 802.1ad. A priority tag is VLAN ID 0 and names no VLAN (IEEE
 * 802.1Q 9.6).
 *
 * Context: BH off, RCU.
 * Return: the VLAN ID, or 0 for none.
 */
u16 vspan_select_vid(const struct vspan_port *port, const struct sk_buff *skb,
		     enum vspan_dir dir)
{
	u16 vid = skb_vlan_tag_present(skb) ? skb_vlan_tag_get_id(skb) :
					      vspan_select_inband_vid(skb);

	return vid ?: vspan_bridge_vid(port, skb, dir);
}

/**
 * vspan_select - does a rule select a frame by VLAN and filter?
 * @rule: the rule
 * @port: the device it was taken from
 * @skb: the frame; data at the MAC header
 * @dir: the direction of the frame
 *
 * Context: BH off, RCU.
 * Return: true if the frame is to be copied.
 */
bool vspan_select(const struct vspan_rule *rule, const struct vspan_port *port,
		  const struct sk_buff *skb, enum vspan_dir dir)
{
	if (rule->by_vlan &&
	    !test_bit(vspan_select_vid(port, skb, dir), rule->vlans))
		return false;
	return !rule->filter || vspan_filter_run(rule->filter, skb);
}
