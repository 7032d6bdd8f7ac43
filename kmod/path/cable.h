/* SPDX-License-Identifier: GPL-2.0 */
/* What the stack hands to a device's taps, and no cable carried. */
#ifndef _VSPAN_CABLE_H
#define _VSPAN_CABLE_H

#include <linux/if_packet.h>
#include <linux/skbuff.h>
#include <net/dst_metadata.h>
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

/* The NIC is to encrypt what is sent, for esp_xmit() leaves it alone. Of packets that it
 * makes ESP of all by itself (XFRM_DEV_OFFLOAD_PACKET), nothing tells here.
 */
static inline bool vspan_cable_esp_by_nic(const struct sk_buff *skb)
{
#ifdef CONFIG_XFRM_OFFLOAD
	const struct xfrm_offload *xo = xfrm_offload((struct sk_buff *)skb);

	return xo && !(xo->flags & (CRYPTO_FALLBACK | CRYPTO_DONE | XFRM_GRO));
#else
	return false;
#endif
}

/* The NIC encrypts for a MACsec device, and names the one that it has decrypted for; who
 * asks for that device's frames is to have them.
 */
static inline bool vspan_cable_macsec_by_nic(const struct sk_buff *skb)
{
	const struct metadata_dst *md = skb_metadata_dst((struct sk_buff *)skb);

	return md && md->type == METADATA_MACSEC && !netif_is_macsec(skb->dev);
}

/* kTLS or PSP, by the NIC */
static inline bool vspan_cable_tls_by_nic(const struct sk_buff *skb)
{
#if defined(CONFIG_SKB_DECRYPTED) || defined(CONFIG_TLS_DEVICE)
	return skb->decrypted;
#else
	return false;
#endif
}

/**
 * vspan_cable_unreadable - has the host not the bytes that the cable carries?
 * @skb: the frame
 *
 * They are in the memory of a device; or only the NIC has them, which encrypts and
 * decrypts. What is here in plain text then, nobody on the cable could read, and who
 * reads the span is not to, either.
 *
 * Return: true if there is nothing to be copied.
 */
static inline bool vspan_cable_unreadable(const struct sk_buff *skb)
{
	return unlikely(!skb_frags_readable(skb)) ||
	       unlikely(vspan_cable_tls_by_nic(skb)) ||
	       unlikely(vspan_cable_esp_by_nic(skb)) ||
	       unlikely(vspan_cable_macsec_by_nic(skb));
}

#endif /* _VSPAN_CABLE_H */
