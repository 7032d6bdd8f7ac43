/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_WIRE_H
#define _VSPAN_WIRE_H

#include <linux/if_vlan.h>
#include <linux/skbuff.h>

struct vspan_dev;
struct vspan_stats;

bool vspan_wire_is_long(struct vspan_dev *vs, struct sk_buff *skb);
struct sk_buff *vspan_wire_form(struct vspan_dev *vs, struct sk_buff *skb);
bool vspan_wire_adds_up(struct sk_buff *skb, struct sk_buff *segs,
			struct vspan_stats __percpu *stats);
unsigned int vspan_wire_frames(const struct sk_buff *skb);
unsigned int vspan_wire_len(const struct sk_buff *skb);

/* Inline variants for the hot path, which avoid the call for most frames. */
static inline unsigned int vspan_wire_frames_fast(const struct sk_buff *skb)
{
	return likely(!skb_is_gso(skb)) ? 1 : vspan_wire_frames(skb);
}

static inline unsigned int vspan_wire_len_fast(const struct sk_buff *skb)
{
	return likely(!skb_vlan_tag_present(skb)) ? skb->len :
						    vspan_wire_len(skb);
}

#endif /* _VSPAN_WIRE_H */
