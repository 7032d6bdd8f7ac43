/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_HWTIME_H
#define _VSPAN_HWTIME_H

#include <linux/skbuff.h>

/**
 * vspan_hwtime - when the hardware says that a frame has arrived
 * @skb: the frame
 *
 * Some drivers leave the time in the frame's buffer, to be asked for it there
 * (SKBTX_HW_TSTAMP_NETDEV): nothing that could be had without that buffer.
 *
 * Return: the time as the device has it, or 0.
 */
static inline ktime_t vspan_hwtime(const struct sk_buff *skb)
{
	ktime_t time = skb_shinfo(skb)->hwtstamps.hwtstamp;

	if (skb_shinfo(skb)->tx_flags & SKBTX_HW_TSTAMP_NETDEV)
		return 0;
	/* A sign of loop.c's, from another netns */
	return time < 0 ? 0 : time;
}

#endif /* _VSPAN_HWTIME_H */
