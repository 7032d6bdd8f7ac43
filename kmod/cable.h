/* SPDX-License-Identifier: GPL-2.0 */
/* What the stack hands to a device's taps as received, and no cable carried. */
#ifndef _VSPAN_CABLE_H
#define _VSPAN_CABLE_H

#include <linux/if_packet.h>
#include <linux/skbuff.h>
#include <net/xfrm.h>

/* xfrm_input() gives what it has decrypted to the device of the ESP frame once more,
 * with a path of the states it used. Where GRO took the ESP frame, for a NIC that
 * decrypts or by esp4_offload and esp6_offload, no tap has seen that one; the flags
 * that tell of it stay behind in the first place. What tc has led on to the ingress of
 * another device is as good as any that it leads there.
 */
static inline bool vspan_cable_decrypted(const struct sk_buff *skb)
{
#ifdef CONFIG_XFRM
	const struct sec_path *sp = skb_sec_path(skb);

	return sp && !(sp->ovec[0].flags & (CRYPTO_DONE | XFRM_GRO)) &&
	       !skb_is_redirected(skb);
#else
	return false;
#endif
}

/**
 * vspan_cable_no - has a received frame not come by the cable?
 * @skb: the frame
 *
 * So are the host's own multicasts and broadcasts, which dev_loopback_xmit() gives to
 * its own sockets, and what a VRF has for itself; and what IPsec has decrypted.
 *
 * Return: true if no cable carried it, as it is.
 */
static inline bool vspan_cable_no(const struct sk_buff *skb)
{
	return unlikely(skb->pkt_type == PACKET_LOOPBACK) ||
	       unlikely(vspan_cable_decrypted(skb));
}

#endif /* _VSPAN_CABLE_H */
