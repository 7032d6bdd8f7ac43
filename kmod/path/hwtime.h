/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_HWTIME_H
#define _VSPAN_HWTIME_H

#include <linux/skbuff.h>

/**
 * vspan_hwtime - get the hardware receive time of a frame
 * @skb: the frame
 *
 * Some drivers leave the time in the frame's buffer (SKBTX_HW_TSTAMP_NETDEV), where only
 * the driver can read it. Such a time is not available.
 *
 * Return: the hardware time, or 0.
 */
static inline ktime_t vspan_hwtime(const struct sk_buff *skb)
{
	ktime_t time = skb_shinfo(skb)->hwtstamps.hwtstamp;

	if (skb_shinfo(skb)->tx_flags & SKBTX_HW_TSTAMP_NETDEV)
		return 0;
	/* A mark of path/loop.c in another netns, not a time. */
	return time < 0 ? 0 : time;
}

#endif /* _VSPAN_HWTIME_H */
