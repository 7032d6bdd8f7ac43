/* SPDX-License-Identifier: GPL-2.0 */
/* Recognizes frames that the stack passes to packet taps, but no cable has carried. */
#ifndef _VSPAN_CABLE_H
#define _VSPAN_CABLE_H

#include <linux/if_packet.h>
#include <linux/skbuff.h>
#include <net/dst_metadata.h>
#include <net/xfrm.h>

/* xfrm_input() passes a decrypted packet to the device of the ESP frame a second time,
 * with a sec_path. If GRO took the ESP frame (a NIC that decrypts, esp4_offload or
 * esp6_offload), no tap has seen that frame, and the flags of the first offload entry
 * tell so. A packet that tc has redirected to the ingress of another device counts as
 * received there.
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
 * vspan_cable_no - was a received frame not carried by the cable?
 * @skb: the frame
 *
 * These are the host's own multicasts and broadcasts that dev_loopback_xmit() passes to
 * local sockets, packets that a VRF passes to itself, and packets that IPsec has
 * decrypted.
 *
 * Return: true if no cable carried the frame in this form.
 */
static inline bool vspan_cable_no(const struct sk_buff *skb)
{
	return unlikely(skb->pkt_type == PACKET_LOOPBACK) ||
	       unlikely(vspan_cable_decrypted(skb));
}

/* Will the NIC encrypt the frame (crypto offload)? Packets for which the NIC does all of
 * ESP (XFRM_DEV_OFFLOAD_PACKET) cannot be recognized.
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

/* Does the NIC encrypt or decrypt the frame for a MACsec device? The metadata names that
 * device. Its own frames are plain text and may be copied from it.
 */
static inline bool vspan_cable_macsec_by_nic(const struct sk_buff *skb)
{
	const struct metadata_dst *md = skb_metadata_dst((struct sk_buff *)skb);

	return md && md->type == METADATA_MACSEC && !netif_is_macsec(skb->dev);
}

/* Does the NIC encrypt or decrypt the frame, for kTLS or PSP? */
static inline bool vspan_cable_tls_by_nic(const struct sk_buff *skb)
{
#if defined(CONFIG_SKB_DECRYPTED) || defined(CONFIG_TLS_DEVICE)
	return skb->decrypted;
#else
	return false;
#endif
}

/**
 * vspan_cable_unreadable - are the bytes on the cable not available to the host?
 * @skb: the frame
 *
 * The payload is in device memory, or the NIC encrypts or decrypts it. In the latter case
 * the host only has plain text that cannot be read on the cable, so it must not be
 * readable on the span either.
 *
 * Return: true if the frame cannot be copied.
 */
static inline bool vspan_cable_unreadable(const struct sk_buff *skb)
{
	return unlikely(!skb_frags_readable(skb)) ||
	       unlikely(vspan_cable_tls_by_nic(skb)) ||
	       unlikely(vspan_cable_esp_by_nic(skb)) ||
	       unlikely(vspan_cable_macsec_by_nic(skb));
}

#endif /* _VSPAN_CABLE_H */
